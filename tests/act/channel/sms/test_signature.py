"""The examples that the providers publish."""

import datetime as dt

from quanyu.act.channel.sms import aliyun_signature, tencent_signature
from quanyu.act.channel.sms.aliyun_signature import Key, query_of


def test_the_example_of_aliyun() -> None:
    query = query_of(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = aliyun_signature.signed_headers(
        Key("YourAccessKeyId", "YourAccessKeySecret"),
        aliyun_signature.Question("ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", query),
        dt.datetime(2023, 10, 26, 10, 22, 32, tzinfo=dt.UTC),
        "3156853299f313e23d1673dc12e1703d",
    )
    seal = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert headers["Authorization"].endswith(f"x-acs-signature-nonce;x-acs-version,Signature={seal}")


def test_the_example_of_tencent() -> None:
    headers = tencent_signature.signed_headers(
        Key("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"),
        tencent_signature.Question(
            "cvm", "cvm.tencentcloudapi.com", "DescribeInstances", "2017-03-12", "ap-guangzhou"
        ),
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}',
        dt.datetime.fromtimestamp(1_551_113_065, dt.UTC),
    )
    assert headers["Authorization"].endswith(
        "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )
    assert "/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host," in headers["Authorization"]
