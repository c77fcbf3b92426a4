"""The quality of what was loaded: checks, findings, examples, and the files they came from."""

from quanyu.collect.quality.findings import Finding
from quanyu.collect.quality.origin import Place, located
from quanyu.collect.quality.quality import read_findings, worst_first
from quanyu.collect.quality.quality_checks import CHECKS

__all__ = ["CHECKS", "Finding", "Place", "located", "read_findings", "worst_first"]
