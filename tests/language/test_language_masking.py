"""Link numbers go, everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.masking import iter_masks, mask_links


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("三号链接拍一下", "那个链接拍一下"),
        ("3号链接", "那个链接"),
        ("去 13 号链接", "去 那个链接"),
        ("三链接", "那个链接"),
        ("第三个链接", "那个链接"),
        ("三号、四号和五号链接", "那个链接"),
        ("链接十二来了", "那个链接来了"),
        ("链接3号", "那个链接"),
        ("三號鏈接", "那个鏈接"),
        ("拍三号", "拍那个"),
        ("直接拍十二号", "直接拍那个"),
        ("三号，杯子", "那个，杯子"),
        ("上三号四号", "上那个"),
        ("it is link twenty-one tonight", "it is that link tonight"),
        ("Link number 3, please", "that link, please"),
        ("links three and four", "that link"),
        ("tap item #12", "tap that link"),
        ("look at number three", "look at that link"),
        ("link three3号", "that link那个"),
    ],
)
def test_a_link_loses_its_number(text: str, masked: str) -> None:
    assert mask_links(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        *("", "三百克", "链接三十块", "链接29.9元", "点这个链接", "统一链接", "万一链接掉了"),
        *("三月三号", "三月十三号", "三号色", "大一号", "三号发货", "一个链接", "那个链接三"),
        *(
            "item 3.5",
            "number one seller",
            "linking three",
            "three links",
            "that link",
            "blink three",
        ),
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_links(text) == text


pieces = st.sampled_from(
    [
        *(
            "三",
            "十",
            "3",
            "号",
            "号链接",
            "链接",
            "拍",
            "那个",
            "第",
            "个",
            "、",
            "和",
            "月",
            "元",
        ),
        *(
            "link",
            " ",
            "three",
            "twenty",
            "that ",
            "item",
            "number",
            "and",
            ",",
            "色",
            "茶",
            "12",
            ".",
            "two",
        ),
    ]
)
texts = st.one_of(st.lists(pieces, max_size=14).map("".join), st.text(max_size=30))


@given(texts)
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_links(mask_links(text)) == mask_links(text)


@given(texts)
def test_masks_lie_in_order_and_take_a_number_each(text: str) -> None:
    done = 0
    for mask in iter_masks(text):
        assert done <= mask.start < mask.end <= len(text)
        assert mask_links(text[mask.start : mask.end]) == mask.text
        done = mask.end


@given(texts)
def test_only_what_a_mask_covers_changes(text: str) -> None:
    masks = tuple(iter_masks(text))
    edges = [0, *(edge for mask in masks for edge in (mask.start, mask.end)), len(text)]
    kept = [text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)]
    stand_ins = [*(mask.text for mask in masks), ""]
    assert mask_links(text) == "".join(k + m for k, m in zip(kept, stand_ins, strict=True))
