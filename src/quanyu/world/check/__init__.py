"""What was found in a simulated shop beside what was planted in it."""

from quanyu.world.check.estimate import Estimate, Foreseen, estimates, planted_lifts
from quanyu.world.check.judge import Verdict, judge

__all__ = ["Estimate", "Foreseen", "Verdict", "estimates", "judge", "planted_lifts"]
