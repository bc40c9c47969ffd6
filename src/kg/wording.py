"""The words that answers to take away need in every language, where no page's catalogue is at hand.

Titles of columns and questions come from the query files; these are the words around them.
"""

from kg.canned import Texts

WORDS: dict[str, Texts] = {
    "absence": {
        "en": "Rests on what these sources do not record",
        "ko": "이 출처들에 기록되지 않은 것에 근거함",
        "zh-Hans": "基于这些来源未记录的内容",
    },
    "about": {"en": "About", "ko": "설명", "zh-Hans": "说明"},
    "cited document": {"en": "Cited document", "ko": "인용 문서", "zh-Hans": "引用文件"},
    "cited line": {"en": "Cited line", "ko": "인용한 줄", "zh-Hans": "引用行号"},
    "cite": {"en": "Cite as", "ko": "인용 방법", "zh-Hans": "引用格式"},
    "day": {"en": "day", "ko": "일", "zh-Hans": "日"},
    "description": {"en": "Description", "ko": "내용", "zh-Hans": "说明"},
    "disputed": {
        "en": "disputed: authorities give different dates",
        "ko": "disputed: 기관마다 날짜가 다르다",
        "zh-Hans": "disputed：不同来源的日期不一致",
    },
    "document": {"en": "Document", "ko": "문서", "zh-Hans": "文件"},
    "earliest": {"en": "earliest", "ko": "가장 이른 날", "zh-Hans": "最早"},
    "inferred": {
        "en": "inferred: the source does not give the date in full; filled in from the context",
        "ko": "inferred: 출처의 날짜가 완전하지 않아 문맥으로 채웠다",
        "zh-Hans": "inferred：来源未给出完整日期，按上下文补全",
    },
    "interval": {"en": "interval", "ko": "기간", "zh-Hans": "期间"},
    "latest": {"en": "latest", "ko": "가장 늦은 날", "zh-Hans": "最晚"},
    "licence": {"en": "Licence", "ko": "이용 허락", "zh-Hans": "许可"},
    "long": {"en": "Long texts", "ko": "긴 글", "zh-Hans": "长文本"},
    "month": {"en": "month", "ko": "월", "zh-Hans": "月"},
    "no": {"en": "no", "ko": "아니요", "zh-Hans": "否"},
    "page": {"en": "Page", "ko": "웹 페이지", "zh-Hans": "网页"},
    "part": {"en": "Part", "ko": "부분", "zh-Hans": "部分"},
    "precision": {"en": "precision", "ko": "정밀도", "zh-Hans": "精度"},
    "published": {"en": "Published", "ko": "발행일", "zh-Hans": "发布日期"},
    "question": {"en": "Question", "ko": "질문", "zh-Hans": "问题"},
    "release": {"en": "Release", "ko": "릴리스", "zh-Hans": "版本"},
    "remark": {"en": "Remark", "ko": "비고", "zh-Hans": "备注"},
    "repaired": {
        "en": "repaired: the source misprints the date; it is given as we read it",
        "ko": "repaired: 출처의 오기를 바로잡아 읽은 날짜이다",
        "zh-Hans": "repaired：来源日期有误，此处为我们的释读",
    },
    "row": {"en": "Row", "ko": "행", "zh-Hans": "行"},
    "rows": {"en": "Rows", "ko": "행 수", "zh-Hans": "行数"},
    "sources": {"en": "Sources cited", "ko": "인용한 출처", "zh-Hans": "引用来源"},
    "table": {"en": "Answer", "ko": "답", "zh-Hans": "答案"},
    "text": {"en": "Text", "ko": "글", "zh-Hans": "文本"},
    "title": {"en": "Title", "ko": "제목", "zh-Hans": "标题"},
    "unlinked": {
        "en": "Addresses that are text, not links: a sheet holds 65,530 links",
        "ko": "링크가 아닌 글로 적은 주소: 한 시트의 링크는 65,530개까지이다",
        "zh-Hans": "以文本而非链接给出的网址数：一张工作表最多 65,530 个链接",
    },
    "unstated": {"en": "not stated", "ko": "명시되지 않음", "zh-Hans": "未注明"},
    "year": {"en": "year", "ko": "연", "zh-Hans": "年"},
    "yes": {"en": "yes", "ko": "예", "zh-Hans": "是"},
    # Calendars; a text in braces is filled in.
    "evidence": {"en": "Evidence: {spots}", "ko": "근거: {spots}", "zh-Hans": "依据：{spots}"},
    "dated": {"en": "Date: {date}", "ko": "날짜: {date}", "zh-Hans": "日期：{date}"},
    "leap": {
        "en": "Dated 29 February, which this year lacks: put on the last day of the month.",
        "ko": "날짜는 2월 29일이나 이 해에는 없어 그 달의 마지막 날에 두었다.",
        "zh-Hans": "日期为2月29日，而今年没有这一天：置于当月最后一天。",
    },
    "dayless": {
        "en": "Left out, as the sources give no day: {count}",
        "ko": "출처에 일이 없어 제외한 것: {count}",
        "zh-Hans": "因来源未给出具体日期而未列入：{count}",
    },
    "covers": {
        "en": "Years covered: {first} to {last}",
        "ko": "포함한 연도: {first}~{last}",
        "zh-Hans": "涵盖年份：{first}至{last}",
    },
}


def word(name: str, language: str) -> str:
    """Return the word called `name` in `language`, else in English."""
    return in_language(WORDS[name], language)


def in_language(texts: Texts, language: str) -> str:
    """Return the text in `language`, else in English, else any."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
