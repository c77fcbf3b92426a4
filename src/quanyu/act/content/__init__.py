"""What messages say: templates with variables, links that lead back, and what has to be checked before anybody reads them."""

from quanyu.act.content.check import check_content
from quanyu.act.content.compose import Compose, composer, links_of, variables_of
from quanyu.act.content.value import values_of

__all__ = ["Compose", "check_content", "composer", "links_of", "values_of", "variables_of"]
