"""What real providers answer, and what it means for the person and for the sender."""

from __future__ import annotations

import pytest

from quanyu.act.channel.mail.verdict import Reply, judged


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("550 5.1.1 The email account does not exist. https://support.google.com/?p=NoSuchUser", "permanent", "mailbox_unknown"),
        ("550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)", "permanent", "mailbox_unknown"),
        ("550 User not found: nobody-spam@163.com", "permanent", "mailbox_unknown"),
        ("550 Mailbox not found. http://service.mail.qq.com/help?no=1000728", "permanent", "mailbox_unknown"),
        ("554 delivery error: dd This user doesn't have a yahoo.com account (li@yahoo.com) [0]", "permanent", "mailbox_unknown"),
        ("550 5.1.1 <spam@example.com>: Recipient address rejected: User unknown", "permanent", "mailbox_unknown"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "permanent", "mailbox_unknown"),
        ("552 5.2.2 The email account is over quota", "permanent", "mailbox_full"),
        ("452 4.2.2 The email account is over quota", "retry", "mailbox_full"),
        ("552 5.3.4 Message size exceeds fixed limit", "permanent", "too_large"),
        ("550 5.7.1 Our system has detected that this message is likely unsolicited mail", "permanent", "spam"),
        ("554 DT:SPM 163 smtp5,D9GowACX0rZ please see http://mail.163.com/help/help_spam_16.htm", "permanent", "spam"),
        ("550 Mail content denied. http://service.mail.qq.com", "permanent", "spam"),
        ("550 5.7.26 This mail has been blocked because the sender is unauthenticated", "permanent", "unauthenticated"),
        ("550 Ip frequency limited. http://service.mail.qq.com", "retry", "throttled"),
        ("421 4.7.28 Our system has detected an unusual rate of unsolicited mail; try again later", "retry", "throttled"),
        ("451 4.7.1 Greylisting in action, please come back later", "retry", "greylisted"),
        ("451 4.3.0 Temporary lookup failure", "retry", "busy"),
        ("554 5.7.1 <li@example.com>: Relay access denied", "configuration", "relay"),
        ("530 5.7.0 Authentication required", "configuration", "relay"),
        ("550 5.1.8 <news@shop.cn>: Sender address rejected: Domain not found", "configuration", "sender_refused"),
        ("554 Transaction failed", "permanent", "refused"),
    ],
)  # fmt: skip
def test_replies_of_providers(said: str, status: str, reason: str) -> None:
    code, _, text = said.partition(" ")
    assert judged(Reply(int(code), text))[:2] == (status, reason)


def test_a_refused_sender_is_the_shop_s_to_mend() -> None:
    assert judged(Reply(550, "5.7.1 Sender not allowed"), is_about_sender=True)[:2] == (
        "configuration",
        "sender_refused",
    )
    assert judged(Reply(552, "5.3.4 too large"), is_about_sender=True)[:2] == ("permanent", "too_large")
    assert judged(Reply(451, "4.7.1 later"), is_about_sender=True)[0] == "retry"


def test_only_what_may_go_later_waits() -> None:
    assert judged(Reply(451, "greylisted"))[2] > 0
    assert judged(Reply(550, "5.2.2 full"))[2] == 0
