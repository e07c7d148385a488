"""Drivers and gates read the name of an entrance, never of an illness (R-002-2a, trust C2)."""

from __future__ import annotations

import pytest

from dispatch.hand.entrances import neutral_label


@pytest.mark.parametrize(
    ("name", "address", "reads"),
    [
        ("丹东市中心医院", "振兴区人民路338号", "丹东市中心医院"),
        ("康宁血液透析中心", "江城大街12号", "康宁医疗机构（江城大街12号）"),
        ("示例血液透析中心甲(虚构)", "虚构", "示例医疗机构甲(虚构)"),
        ("市肿瘤医院", "锦山大街7号", "市医疗机构（锦山大街7号）"),
        ("结核病防治所", "", "医疗机构"),
        ("精神卫生中心", "九纬路2号", "医疗机构（九纬路2号）"),
        ("市第一医院血透室", "", "市第一医院医疗机构"),
        ("Riverside Dialysis Centre", "2 Quay", "Riverside 医疗机构（2 Quay）"),
        ("丹东市120紧急救援中心", "", "丹东市120紧急救援中心"),
    ],
)
def test_a_house_whose_name_says_an_illness_has_a_neutral_entrance(name: str, address: str, reads: str) -> None:
    assert neutral_label(name, address) == reads


def test_two_houses_stay_two_and_the_label_fits_its_column() -> None:
    first, second = (neutral_label(f"示例血液透析中心{mark}(虚构)", "虚构") for mark in "甲乙")
    assert first != second
    assert len(neutral_label("透析中心" + "很长" * 60, "路" * 120)) <= 120
