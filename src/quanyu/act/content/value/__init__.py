"""Variables: what contents may ask for, and the values of many people at once."""

from quanyu.act.content.value.names import Variable, unknown, variables
from quanyu.act.content.value.values import refuse_unknown, values_of

__all__ = ["Variable", "refuse_unknown", "unknown", "values_of", "variables"]
