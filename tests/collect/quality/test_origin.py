"""Findings lead to the files they are in, and stand in the order in which to see to them."""

from __future__ import annotations

from quanyu.collect.quality import Finding, files_of, worst_first


def finding(table: str, column: str, check: str, n_bad: int, severity: str, *sources: str) -> Finding:
    examples = tuple({"source": source, "order_id": "1"} for source in sources)
    return Finding(table, column, check, 100, n_bad, n_bad / 100, 0.0, severity, examples)  # type: ignore[arg-type]


FILES = {
    ("orders", "jd"): ("jd-2.csv", "jd-1.csv"),
    ("orders", "own"): ("own.csv",),
    ("spend", "jd"): ("ads.csv",),
}


def test_a_finding_leads_to_the_files_of_the_sources_of_its_examples() -> None:
    assert files_of(finding("orders", "id_key", "completeness", 9, "warning", "jd"), FILES) == (
        "jd-2.csv",
        "jd-1.csv",
    )
    assert set(files_of(finding("orders", "paid_at", "freshness", 0, "warning"), FILES)) == {
        "jd-1.csv",
        "jd-2.csv",
        "own.csv",
    }
    assert files_of(finding("events", "name", "validity", 1, "warning", "jd"), FILES) == ()


def test_what_most_figures_need_comes_first() -> None:
    far = finding("orders", "paid_amount", "outliers", 60, "warning")
    nobody = finding("orders", "id_key", "completeness", 30, "warning")
    feedback = finding("feedback", "id_key", "completeness", 45, "warning")
    crossed = finding("items", "name", "completeness", 1, "stop")
    small = finding("orders", "order_id", "completeness", 90, "note")
    assert worst_first([small, far, feedback, nobody, crossed]) == [crossed, nobody, feedback, far, small]
