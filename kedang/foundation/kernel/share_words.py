"""A byte as a Chinese character: the first 256 different characters of the 千字文, which everybody can read out and type.

Text so written ends with four check characters, by which a wrong or missing one is noticed before anything is tried with it.
"""

import hashlib

CHECK = 4
_TEXT = (
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"
    "剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇始制文字乃服衣裳推位让国有虞陶唐"
    "吊民伐罪周发殷汤坐朝问道垂拱平章爱育黎首臣伏戎羌遐迩一体率宾归王鸣凤在竹白驹食场化被草木赖及万方"
    "盖此身四大五常恭惟鞠养岂敢毁伤女慕贞洁男效才良知过必改得能莫忘罔谈彼短靡恃己长信使可覆器欲难量墨悲丝染诗赞羔羊景行维贤克念作圣德建名立形端表正"
    "空谷传声虚堂习听祸因恶积福缘善庆尺璧非宝寸阴是竞资父事君曰严与敬孝当竭力忠则尽命临深履薄"
)
WORDS = _TEXT[:256]
_VALUE = {word: value for value, word in enumerate(WORDS)}


def to_words(raw: bytes) -> str:
    """Bytes as characters in groups of four, check characters last."""
    text = "".join(WORDS[byte] for byte in raw + hashlib.sha256(raw).digest()[:CHECK])
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def from_words(text: str) -> bytes:
    """Bytes from characters; spaces and line ends do not matter.

    Raises:
        ValueError: a character that is none of these, or check characters that do not fit.
    """
    raw = bytearray()
    for word in "".join(text.split()):
        if word not in _VALUE:
            raise ValueError(word)
        raw.append(_VALUE[word])
    content, check = bytes(raw[:-CHECK]), bytes(raw[-CHECK:])
    if len(raw) <= CHECK or hashlib.sha256(content).digest()[:CHECK] != check:
        raise ValueError("check")
    return content
