"""How names are read: every reading of a character, surnames first. Pure."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from itertools import islice, product

# the table of 47,000 phrases takes 45 MB of every process; names need single characters and the surnames below
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, lazy_pinyin, pinyin

from core import tidy

MOST_WAYS = 24  # of reading one name; the likely ones come first
_WORD = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003fffd\U000f0000-\U0010fffd]|[^\W·\u2e80-\U0010fffd]+"
)

# surnames that are read otherwise than the same character elsewhere; the first reading is the usual one
SINGLE = {
    "单": "shàn", "仇": "qiú", "解": "xiè", "查": "zhā", "区": "ōu", "朴": "piáo", "曾": "zēng", "盖": "gě gài",
    "乐": "yuè lè",
    "翟": "zhái dí", "覃": "qín tán", "缪": "miào", "任": "rén", "华": "huà", "宁": "nìng", "纪": "jǐ", "那": "nā",
    "哈": "hǎ",
    "员": "yùn", "贠": "yùn", "种": "chóng", "重": "chóng", "黑": "hè hēi", "折": "shé", "召": "shào", "秘": "bì",
    "冼": "xiǎn",
    "洗": "xiǎn", "繁": "pó", "句": "gōu", "佴": "nài", "祭": "zhài", "幺": "yāo", "么": "yāo", "逄": "páng",
    "郇": "xún huán",
    "隗": "wěi kuí", "燕": "yān", "盛": "shèng", "石": "shí", "叶": "yè", "应": "yīng", "谌": "chén shèn", "晁": "cháo",
    "车": "chē", "令": "lìng", "牟": "mù móu", "撒": "sǎ", "薄": "bó", "长": "cháng zhǎng", "尉": "wèi", "卜": "bǔ",
    "柏": "bǎi",
    "鲍": "bào", "贾": "jiǎ", "葛": "gě", "过": "guō", "葚": "shèn", "费": "fèi bì", "眭": "suī", "睢": "suī",
    "沈": "shěn",
    "邵": "shào", "阚": "kàn", "郗": "xī chī", "郤": "xì", "郄": "qiè xì", "瞿": "qú", "臧": "zāng", "藏": "zàng",
    "教": "jiào",
    "角": "jué", "钻": "zuān", "仉": "zhǎng", "訾": "zī", "亓": "qí", "乜": "niè", "芮": "ruì", "蔚": "yù wèi",
    "宓": "mì fú",
    "戚": "qī", "能": "nài", "曲": "qū", "尧": "yáo", "侍": "shì", "适": "kuò", "洸": "guāng", "谷": "gǔ",
    "弗": "fèi fú",
    "夏": "xià", "余": "yú", "佘": "shé", "相": "xiàng", "行": "xíng háng", "呙": "guō", "降": "jiàng", "强": "qiáng",
    "奇": "jī qí",
    "都": "dū", "干": "gān", "冠": "guàn", "观": "guàn", "缴": "jiǎo", "隽": "juàn", "阙": "quē", "券": "xuàn",
    "载": "zài",
    "占": "zhān", "中": "zhōng", "庄": "zhuāng", "粘": "nián", "宿": "sù", "绕": "rào", "茹": "rú", "塞": "sài",
    "宛": "wǎn yuān",
    "吾": "wú", "洪": "hóng", "尹": "yǐn", "殷": "yīn", "于": "yú", "俞": "yú", "吁": "yù", "禚": "zhuó",
    "笮": "zé zuó",
}  # fmt: skip
# read as their characters usually are; two surnames of parents are not among them: 王孙悦 is a 王
_AS_USUAL = (
    "欧阳 司马 上官 诸葛 东方 公孙 慕容 司徒 夏侯 赫连 申屠 太叔 仲孙 轩辕 钟离 司空 司寇 仉督 子车 端木 侯莫陈 "
    "巫马 公西 公良 段干 百里 东郭 南门 南宫 微生 梁丘 左丘 东门 西门 北门 伯赏 谯笪 阳佟 第五 闻人 公冶 宗政 "
    "太史 公羊 公叔 公输 公仪 东野 西陵 独孤 纳兰 贺兰 屈突 哥舒 贺拔 厍狄 沮渠 秃发 乞伏 呼衍 富察 瓜尔佳 索绰罗 "
    "喜塔腊 赫舍里 舒穆禄 伊尔根觉罗 耶律 仆固 阿史那 即墨 达奚 褚师 东里 北宫 相里 叔孙 胡母 胡毋 浮丘 巨毋 空桐 "
    "司城"
)
COMPOUND = dict.fromkeys(_AS_USUAL.split(), "") | {
    "万俟": "mò qí", "单于": "chán yú", "尉迟": "yù chí", "澹台": "tán tái", "长孙": "zhǎng sūn", "令狐": "líng hú",
    "宰父": "zǎi fǔ", "亓官": "qí guān", "淳于": "chún yú", "鲜于": "xiān yú", "闾丘": "lǘ qiū", "乐正": "yuè zhèng",
    "夹谷": "jiá gǔ", "谷梁": "gǔ liáng", "穀梁": "gǔ liáng", "拓跋": "tuò bá", "拓拔": "tuò bá", "颛孙": "zhuān sūn",
    "皇甫": "huáng fǔ", "呼延": "hū yán", "毌丘": "guàn qiū", "濮阳": "pú yáng", "完颜": "wán yán", "尔朱": "ěr zhū",
    "斛律": "hú lǜ", "羊舌": "yáng shé", "漆雕": "qī diāo", "壤驷": "rǎng sì", "吐谷浑": "tǔ yù hún", "宇文": "yǔ wén",
    "爱新觉罗": "ài xīn jué luó", "叶赫那拉": "yè hè nà lā", "钮祜禄": "niǔ hù lù", "步六孤": "bù liù gū",
}  # fmt: skip
_LONGEST = max(map(len, COMPOUND))


def surname(name: str) -> str:
    """Return the family name as far as one can know it: of 欧阳修 two characters."""
    name = name.strip()
    for length in range(min(_LONGEST, len(name)), 1, -1):
        if name[:length] in COMPOUND and length < len(name):
            return name[:length]
    return name[:1]


@lru_cache(maxsize=8192)
def _of_character(char: str) -> tuple[str, ...]:
    """Return every toneless reading of a character, the usual one first; ü is v. Without one it stands for itself."""
    char = tidy.fold(char)
    return tuple(dict.fromkeys(pinyin(char, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]))


@lru_cache(maxsize=8192)
def _of_surname(family: str) -> tuple[tuple[str, ...], ...]:
    """Return the readings of each character of a family name, those of surnames before all others."""
    if len(family) > 1:
        own = COMPOUND.get(family, "").split()
        return tuple(_first([bare(own[at])] if own else [], _of_character(char)) for at, char in enumerate(family))
    return (_first([bare(each) for each in SINGLE.get(family, "").split()], _of_character(family)),)


def _first(known: list[str], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *others)))


def ways(name: str) -> list[tuple[str, ...]]:
    """Return the ways to read a name, syllable by syllable, the likeliest first, at most so many.

    A word in letters is one syllable; dots and blanks are none. A character without a reading stands for itself.
    """
    syllables = _syllables(name)
    if not syllables:
        return []
    usual = tuple(each[0] for each in syllables)
    others = [_with_one(usual, at, each) for at, found in enumerate(syllables) for each in found[1:]]
    mixed = islice(product(*(found[:3] for found in syllables)), MOST_WAYS)
    return list(dict.fromkeys([usual, *others, *mixed]))[:MOST_WAYS]


def _syllables(name: str) -> list[tuple[str, ...]]:
    family = surname(name)
    found = list(_of_surname(family)) if family and tidy.is_ideograph(family[0]) else []
    for word in _WORD.findall(name[len(family) if found else 0 :]):
        found += [_of_character(char) for char in word] if tidy.is_ideograph(word[0]) else [(tidy.name_key(word),)]
    return found


def _with_one(usual: tuple[str, ...], at: int, reading: str) -> tuple[str, ...]:
    return (*usual[:at], reading, *usual[at + 1 :])


def tones(name: str) -> list[str]:
    """Return the usual reading with tones as digits, for sorting."""
    family = surname(name)
    own = (COMPOUND if len(family) > 1 else SINGLE).get(family, "").split()[: len(family)]
    rest = name[len(family) :] if own else name
    return [*(_tone_last(each) for each in own), *lazy_pinyin(rest, style=Style.TONE3)]


_TONES = {
    mark: (letter, str(number))
    for letter, marks in {"a": "āáǎà", "e": "ēéěè", "i": "īíǐì", "o": "ōóǒò", "u": "ūúǔù", "v": "ǖǘǚǜ"}.items()
    for number, mark in enumerate(marks, 1)
}


def bare(syllable: str) -> str:
    """Return a syllable without its tone: lǘ → lv."""
    return "".join(_TONES.get(char, (char, ""))[0] for char in syllable).replace("ü", "v")


def _tone_last(syllable: str) -> str:
    return bare(syllable) + "".join(_TONES[char][1] for char in syllable if char in _TONES)
