"""What messages say: templates with variables, links that lead back, and what has to be checked before anybody reads them."""

from quanyu.act.content.check import Finding, check_content
from quanyu.act.content.compose import composer, links_of, variables_of
from quanyu.act.content.value import values_of

__all__ = ["Finding", "check_content", "composer", "links_of", "values_of", "variables_of"]
