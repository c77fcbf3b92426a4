"""The demo: a simulated shop, three turns of the loop, two campaigns, and the planted truth beside what was found."""
