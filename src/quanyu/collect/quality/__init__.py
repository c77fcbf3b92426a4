"""The quality of what was loaded: checks, findings and examples."""

from quanyu.collect.quality.findings import Finding
from quanyu.collect.quality.quality import read_findings
from quanyu.collect.quality.quality_checks import CHECKS

__all__ = ["CHECKS", "Finding", "read_findings"]
