"""What the codes of the two providers mean."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.act.channel.message import Outcome, Status
from quanyu.text import Text

Meaning = tuple[Status, str, float]
REASONS: Mapping[str, Text] = {
    "number_invalid": "Not a number that text messages reach",
    "content_refused": "The provider refuses the content",
    "number_limit": "The number got as many messages as the provider allows",
    "text_not_approved": "The signature or the text is not approved by the provider",
    "account": "The account at the provider does not allow it",
    "opted_out": "The person wants no messages",
    "undelivered": "The network could not deliver it",
}
NUMBER: Meaning = ("permanent", "number_invalid", 0)
CONTENT: Meaning = ("permanent", "content_refused", 0)
LIMIT: Meaning = ("retry", "number_limit", 3_600)
APPROVAL: Meaning = ("configuration", "text_not_approved", 0)
ACCOUNT: Meaning = ("configuration", "account", 0)
FAST: Meaning = ("later", "throttled", 5)
DOWN: Meaning = ("retry", "provider_down", 60)
OUT: Meaning = ("opt_out", "opted_out", 0)
UNDELIVERED: Meaning = ("permanent", "undelivered", 0)
ALIYUN: Mapping[str, Meaning] = {
    "isv.BUSINESS_LIMIT_CONTROL": LIMIT, "isv.DAY_LIMIT_CONTROL": LIMIT, "isv.MONTH_LIMIT_CONTROL": ACCOUNT,
    "isv.MOBILE_NUMBER_ILLEGAL": NUMBER, "isv.DENY_IP_RANGE": ACCOUNT, "isv.BLACK_KEY_CONTROL_LIMIT": CONTENT,
    "isv.PARAM_NOT_SUPPORT_URL": CONTENT, "isv.PARAM_LENGTH_LIMIT": CONTENT, "isv.INVALID_PARAMETERS": CONTENT,
    "isv.INVALID_JSON_PARAM": CONTENT, "isv.TEMPLATE_MISSING_PARAMETERS": APPROVAL, "isv.TEMPLATE_PARAMS_ILLEGAL": CONTENT,
    "isv.SMS_SIGNATURE_ILLEGAL": APPROVAL, "isv.SMS_SIGN_ILLEGAL": APPROVAL, "isv.SMS_TEMPLATE_ILLEGAL": APPROVAL,
    "isv.SIGN_NAME_ILLEGAL": APPROVAL, "isv.OUT_OF_SERVICE": ACCOUNT, "isv.AMOUNT_NOT_ENOUGH": ACCOUNT,
    "isv.ACCOUNT_NOT_EXISTS": ACCOUNT, "isv.ACCOUNT_ABNORMAL": ACCOUNT, "isv.PRODUCT_UN_SUBSCRIPT": ACCOUNT,
    "isp.RAM_PERMISSION_DENY": ACCOUNT, "InvalidAccessKeyId": ACCOUNT, "SignatureDoesNotMatch": ACCOUNT,
    "Forbidden": ACCOUNT, "isp.SYSTEM_ERROR": DOWN, "Throttling": FAST, "ServiceUnavailable": DOWN, "InternalError": DOWN,
    "MOBILE_IN_BLACK": OUT, "USER_REJECT": OUT,
}  # fmt: skip
TENCENT: Mapping[str, Meaning] = {
    "LimitExceeded.PhoneNumber": LIMIT, "LimitExceeded.DeliveryFrequencyLimit": LIMIT, "LimitExceeded.AppDailyLimit": ACCOUNT,
    "LimitExceeded": FAST, "RequestLimitExceeded": FAST, "FailedOperation.PhoneNumberInBlacklist": OUT,
    "FailedOperation.ContainSensitiveWord": CONTENT, "FailedOperation.SignatureIncorrectOrUnapproved": APPROVAL,
    "FailedOperation.TemplateIncorrectOrUnapproved": APPROVAL, "FailedOperation.MissingTemplateToModify": APPROVAL,
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": APPROVAL,
    "FailedOperation.InsufficientBalanceInSmsPackage": ACCOUNT, "FailedOperation": DOWN,
    "InvalidParameterValue.IncorrectPhoneNumber": NUMBER, "InvalidParameterValue.TemplateParameterFormatError": CONTENT,
    "InvalidParameterValue.TemplateParameterLengthLimit": CONTENT, "InvalidParameterValue.ContentLengthLimit": CONTENT,
    "UnsupportedOperation": NUMBER, "UnauthorizedOperation": ACCOUNT, "AuthFailure": ACCOUNT, "InternalError": DOWN,
}  # fmt: skip
"""Codes and what they mean; a code that is not here means what the longest beginning of it here means."""


def meaning(table: Mapping[str, Meaning], code: str) -> Meaning:
    """Return what a code means; one that nobody knows is a refusal of this message.

    >>> meaning(TENCENT, "AuthFailure.SignatureExpire")[0], meaning(ALIYUN, "isv.NEW")[1]
    ('configuration', 'content_refused')
    """
    name = max((name for name in table if code.startswith(name)), key=len, default="")
    return table.get(name, CONTENT)


def outcome(key: str, table: Mapping[str, Meaning], code: str, said: str) -> Outcome:
    """Return what a code of a provider means for a message."""
    status, reason, wait = meaning(table, code)
    return Outcome(key, status, reason, f"{code} {said}".strip()[:300], after_seconds=wait)
