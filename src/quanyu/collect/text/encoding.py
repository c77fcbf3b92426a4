"""Which encoding a text file is in, by evidence from all of it: one broken character makes no other encoding.

Every candidate reads the cells that are not ASCII, and each character read is scored by how common its like is in text of
that language: log p(class) - log(size of the class). Common Chinese characters, kana or an accented letter beside a plain
one speak for a candidate; private use, box drawing, control characters and what cannot be read speak against it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path

from quanyu.collect.header import normal
from quanyu.collect.text.line import BLOCK, LONGEST
from quanyu.errors import UnreadableFileError

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
"""The mark of UTF-32 begins like that of UTF-16, so it comes first."""
MOST_CELLS = 4000
PER_BLOCK = 200
"""Cells looked at: of the whole file, and of each block, so that the end of the file has its say."""
CERTAIN = 7.0
"""The evidence for the best candidate is a thousand times that for the next."""
HOPELESS = -14.0
"""Mean score of a character below which no candidate is believed."""
HEADER = 15.0
"""What a known column name says for the candidate in which it can be read."""
BROKEN = -14.0
NO_CHANCE = 100
"""Bytes that are UTF-8 throughout only because they are meant to be; a word or two may be so by chance."""
_CELL = re.compile(rb"[\x80-\xff][^\x00-\x1f,;\"]*")
_BEFORE = re.compile(rb"[^\x00-\x1f,;\"\x80-\xff]*\Z")
_LAST_ASCII = re.compile(rb".*[\x00-\x7f]", re.DOTALL)
_CHINESE = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
_BEGINS = re.compile(rb"(?<![\x80-\xff])(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
_ENDS = re.compile(rb"[\r\n]|\Z")
MIXED = 0.2
"""Share of the text that is UTF-8 from which a file in neither UTF-8 nor GB18030 is not believed."""
LETTERS_BEFORE, CELL_BYTES = 40, 400
"""How much of a cell is looked at, so that long ones take no more time."""


@dataclass(frozen=True)
class Encoding:
    """The Python name of an encoding and whether the evidence leaves no doubt."""

    name: str
    is_certain: bool = True


def encoding_of(path: Path, name: str, known: frozenset[str], *, is_utf8: bool) -> Encoding:
    """Return how a file is encoded; raise `UnreadableFileError` where nothing that is known fits."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return Encoding(encoding)
    wide = _wide(head)
    if wide:
        return Encoding(wide)
    cells = list(dict.fromkeys(islice(_cells(path), 50 if is_utf8 else None)))[:MOST_CELLS]
    if is_utf8 and (not cells or len(b"".join(cells)) > NO_CHANCE):
        return Encoding("utf-8")
    scores = sorted(((_score(cells, each, known), each) for each in CANDIDATES), reverse=True)
    (best, encoding), (second, _) = scores[0], scores[1]
    marks = [mark for cell in cells for mark in cell.decode(encoding, "replace")]
    n_plain = sum(map(str.isascii, marks))
    if best - ASCII * n_plain < HOPELESS * (len(marks) - n_plain):
        if is_utf8:
            return Encoding("utf-8", is_certain=False)
        raise UnreadableFileError(
            "The encoding of {file} is not recognised.", "Save it as UTF-8 (in Excel: CSV UTF-8).", file=name
        )
    if encoding not in ("utf-8", "gb18030") and not is_utf8 and _is_mixed(cells):
        raise UnreadableFileError(
            "{file} mixes encodings: some of its text is UTF-8 and some is not.",
            "Save it as UTF-8 (in Excel: CSV UTF-8).",
            file=name,
        )
    is_whole = encoding == "utf-8" or "\ufffd" not in marks
    return Encoding(encoding, is_whole and best - second >= CERTAIN)


def _is_mixed(cells: list[bytes]) -> bool:
    """Whether much of the text is UTF-8, which text in another encoding is hardly ever by chance."""
    sizes = [(len(cell) if _CHINESE.search(cell) and _is_utf8(cell) else 0, len(cell)) for cell in cells]
    return sum(size for size, _ in sizes) >= MIXED * sum(size for _, size in sizes)


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str:
    """Return UTF-16 where every second byte is often zero: delimiters, digits and line ends have such a half."""
    half = len(head) // 2
    for at, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        n_zero, n_other = head[at::2].count(0), head[1 - at :: 2].count(0)
        if (
            n_zero > 0.02 * half
            and n_other * 20 <= n_zero
            and re.search("[\n\r]", head.decode(encoding, "replace"))
        ):
            text = head[: half * 2].decode(encoding, "replace")
            if sum(mark.isascii() for mark in text) >= n_zero * 0.9:
                return encoding
    return ""


def _cells(path: Path) -> Iterator[bytes]:
    """Yield cells that are not ASCII, those left out that the edge of a block cuts in two."""
    with path.open("rb") as stream:
        is_first = True
        while block := stream.read(BLOCK):
            if not block.isascii():
                for number, cell in enumerate(_CELL.finditer(block)):
                    if number == PER_BLOCK:
                        break
                    before = _BEFORE.search(block, max(cell.start() - LETTERS_BEFORE, 0), cell.start())
                    begin = before.start() if before else cell.start()
                    if (begin or is_first) and (cell.end() < len(block) or len(block) < BLOCK):
                        yield block[begin : cell.start()] + _shortened(cell.group())
            is_first = False


def _shortened(cell: bytes) -> bytes:
    """Return the beginning of a long cell up to an ASCII byte, after which no character is cut in two."""
    if len(cell) <= CELL_BYTES:
        return cell
    end = _LAST_ASCII.search(cell, 0, CELL_BYTES)
    return cell[: end.end() if end else CELL_BYTES]


def _score(cells: list[bytes], encoding: str, known: frozenset[str]) -> float:
    texts = [cell.decode(encoding, "replace") for cell in cells]
    names = sum(normal.__wrapped__(text) in known for text in texts[:200])
    models = MODELS if encoding == "utf-8" else {encoding: MODELS[encoding]}
    per_model = [sum(map(partial(_text_score, cost), texts)) for cost in models.values()]
    return max(per_model) + PRIORS[encoding] + HEADER * names


def _text_score(cost: Cost, text: str) -> float:
    total = 0.0
    for before, mark in zip(" " + text, text, strict=False):
        if mark.isascii():
            total += ASCII if mark.isprintable() else BROKEN
        else:
            place = "odd" if not before.isascii() else "in word" if before.isalpha() else "first"
            total += BROKEN if mark == "\ufffd" else COMMON if mark in SEPARATORS else cost(mark, place)
    return total


Cost = Callable[[str, str], float]
"""What a character says where it stands: `first` or `in word` beside plain letters, or beside an `odd` one."""
ASCII = -4.0
SEPARATORS = "\x85\u2028\u2029"
"""Line ends inside of texts, as some programs write them."""
FREQUENT, COMMON, SYMBOL, RARE, STRANGE, NEVER = -5.8, -8.3, -9.5, -13.5, -15.5, -20.0


def _is_never(mark: str) -> bool:
    """Private use, controls and box drawing."""
    return (
        "\ue000" <= mark <= "\uf8ff" or mark < "\xa0" or "\u2500" <= mark <= "\u259f" or mark > "\U000e0000"
    )


@cache
def _hans(mark: str, _: str) -> float:
    if mark in FREQUENT_HANS:
        return FREQUENT
    return _by_row(mark, "gb2312", common=range(0xB0, 0xD8), rare=range(0xD8, 0xF8))


@cache
def _hant(mark: str, _: str) -> float:
    if mark in FREQUENT_HANT:
        return FREQUENT
    return _by_row(mark, "big5", common=range(0xA4, 0xC7), rare=range(0xC9, 0xFA))


def _by_row(mark: str, encoding: str, common: range, rare: range) -> float:
    if _is_never(mark):
        return NEVER
    row = mark.encode(encoding, "ignore")
    if not row:
        return STRANGE
    if len(row) > 3:
        # A Korean syllable that has no place of its own.
        return RARE
    return COMMON if row[0] in common else RARE if row[0] in rare else SYMBOL


@cache
def _japanese(mark: str, place: str) -> float:
    if "\u3041" <= mark <= "\u30fc" or mark in FREQUENT_JAPANESE:
        return FREQUENT
    if "\uff61" <= mark <= "\uff9f":
        # Half kana stand in rows.
        return RARE + (4 if place == "odd" else 2)
    return _by_row(mark, "euc_jp", common=range(0xB0, 0xD0), rare=range(0xD0, 0xF5)) - 0.3


@cache
def _korean(mark: str, _: str) -> float:
    if mark in FREQUENT_KOREAN:
        return FREQUENT
    return _by_row(mark, "euc_kr", common=range(0xB0, 0xC9), rare=range(0xCA, 0xFE)) + 0.4


@cache
def _western(mark: str, place: str) -> float:
    if _is_never(mark):
        return NEVER
    if mark in "äöüßÄÖÜéèêëàâçîïôùûñáíóúæøåœÉÈÀÇÑÁÍÓÚØÅãõìòÆŒ":
        return -5.0 if place != "odd" else -9.0
    return -7.0 if mark in "€£¥°®™©–—’‘“”„…·º«»\xa0¿¡²½" and place != "odd" else -11.0


@cache
def _cyrillic(mark: str, place: str) -> float:
    if place == "in word":
        return RARE
    return (
        -5.0 if "а" <= mark <= "я" else -7.0 if "А" <= mark <= "Я" or mark in "ёЁ№" else _western(mark, "odd")
    )


FREQUENT_HANS = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程"
    "展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做"
    "必战先回则任取据处理南色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联认六共权收证改清己美再采转更单风切打"
    "白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林"
    "律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称"
    "太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
    "订单付款买家卖额收货姓址手机店铺商品数量金额退款浙苏沪粤川渝湖福河徽龙宁夏甘肃陕辽吉黑桂琼贵滇藏疆港澳深圳州成交完成待发"
)
FREQUENT_HANT = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經"
    "十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日那社義事平形"
    "相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變條只沒結解問意建月公無系很情者最立代想已通並提直題程"
    "市區縣路街號樓巷弄段台臺北中南高雄新竹桃園基隆花蓮東屏嘉義彰化雲林苗栗宜蘭香港九龍澳門訂單付款買家賣額收貨姓址手機店舖商品退"
    "陳李張王黃林劉吳蔡楊許鄭謝郭洪邱曾廖賴周葉蘇莊江呂何羅簡朱鍾彭游詹胡施沈余趙盧梁顏柯翁魏孫戴范宋方鄧杜傅侯曹薛丁卓阮馬"
)
FREQUENT_JAPANESE = frozenset(
    "東京都道府県市区町村郡丁目番地号大阪名古屋横浜神奈川千葉埼玉愛知兵庫福岡北海札幌仙台広島静茨城栃木群馬新潟長野岐阜三重滋賀良和歌山鳥取根"
    "徳香媛高佐熊本分宮崎鹿児沖縄田中小林加藤吉々松井上清水斎渡辺伊注文商品数量価格合計配送先氏名住所電話郵便料税込割引日月年時円渋谷宿港"
)
FREQUENT_KOREAN = frozenset(
    "이다의는에을가고하지를한사대도리시기로어자나아인서정일은부장스수보전제안해원주상구라그유공과동있선신조성소경문으니들국우시모무여"
    "방화오세관중만학교실연업계양분산제품금면트마미당년명출한물들주문번호결제금액배송상태취소반품고객이름전화주소서울경기부산대구인천광주"
    "김박최강윤임오신권황송류홍검색색상크기개입판매가격할인쿠폰포인트"
)
MODELS = {
    "gb18030": _hans, "big5hkscs": _hant, "cp1252": _western, "cp932": _japanese, "cp949": _korean, "euc_jp": _japanese,
    "cp1251": _cyrillic,
}  # fmt: skip
PRIORS = {
    "utf-8": 0.0, "gb18030": 0.0, "cp1252": -2.0, "big5hkscs": -3.0, "cp932": -4.0, "cp949": -4.0, "euc_jp": -5.0,
    "cp1251": -5.0,
}  # fmt: skip
"""What Quanyu's users have: Chinese files more often than others, when nothing else tells."""
CANDIDATES = tuple(PRIORS)


def to_utf8(path: Path, encoding: str, into: Path) -> Path:
    """Write the file again in UTF-8, block by block; what cannot be decoded becomes U+FFFD.

    A line that is UTF-8 in a file that is not, as where two exports were put together, is read as what it is.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    read = _by_line if encoding in MODELS else _by_block
    with into.open("w", encoding="utf-8", newline="") as out:
        for text in read(path, encoding):
            out.write(text)
    return into


def _by_block(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        while block := text.read(BLOCK):
            yield block


def _by_line(path: Path, encoding: str) -> Iterator[str]:
    decoder, rest = codecs.getincrementaldecoder(encoding)("replace"), b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            body = rest + block
            end = body.rfind(b"\n") + 1 or (len(body) if len(body) > LONGEST else 0)
            yield from _parts(body[:end], decoder)
            rest = body[end:]
    yield from _parts(rest, decoder)
    yield decoder.decode(b"", final=True)


def _parts(body: bytes, decoder: codecs.IncrementalDecoder) -> Iterator[str]:
    at = 0
    for match in _BEGINS.finditer(body):
        if match.start() >= at:
            start = max(body.rfind(end, at, match.start()) + 1 for end in (b"\r", b"\n")) or at
            end = _ENDS.search(body, match.end()).start()  # type: ignore[union-attr]
            if _is_utf8(body[start:end]):
                yield decoder.decode(body[at:start])
                yield body[start:end].decode()
                at = end
    yield decoder.decode(body[at:])
