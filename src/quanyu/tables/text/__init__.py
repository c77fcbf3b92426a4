"""Phone numbers, mail addresses and names, as people write them and as screens may show them."""
