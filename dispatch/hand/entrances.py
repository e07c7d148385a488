"""What a driver and a gate read instead of a house whose own name says an illness. Pure.

One rule: the words of the illness, with the kind of house that follows them, become 医疗机构, and the address stands
beside it, so that the entrance is found all the same. Names that say no illness stay as they are.
"""

from __future__ import annotations

import re

NEUTRAL = "医疗机构"
LONGEST = 120  # of a trip's or a stop's label
_ILLNESS = (
    "血液透析", "腹膜透析", "血液净化", "血透", "腹透", "透析", "尿毒症", "肾病", "肾脏病", "肝病", "乙肝", "丙肝",
    "肝炎",
    "肿瘤", "癌症", "防癌", "抗癌", "血液病", "精神卫生", "精神病", "精神", "心理", "脑科", "传染病", "感染性疾病",
    "结核病",
    "结核", "胸科", "艾滋病", "性病", "皮肤病", "麻风病", "职业病", "糖尿病", "戒毒", "放疗", "化疗", "产科",
)  # fmt: skip
_HOUSE = "(?:治疗|防治|专科|专病|康复)*(?:中心|医院|门诊部|门诊|诊所|科室|院|所|室|科)?"
_SPEAKING = re.compile(
    f"(?:{'|'.join(sorted(_ILLNESS, key=len, reverse=True))}){_HOUSE}"
    r"|\b(?:ha?emo)?dialysis\b(?: cent(?:re|er)| clinic| hospital)?|\b(?:cancer|oncology|tuberculosis|hepatitis)\b",
    re.IGNORECASE,
)


def neutral_label(name: str, address: str = "") -> str:
    """Return the name of a house's entrance that says no illness."""
    label, replaced = _SPEAKING.subn(NEUTRAL, name)
    if not replaced:
        return name[:LONGEST]
    where = _SPEAKING.sub(NEUTRAL, address).strip()
    return (f"{label}（{where}）" if where and where not in label else label)[:LONGEST]
