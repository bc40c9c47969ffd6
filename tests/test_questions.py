"""The canned questions about the five sources: exact answers, on Oxigraph and on rdflib.

Each table was held against the documents line by line; a row is the cells of the columns named,
places by their English names, addresses by key, a source by a word in capitals.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import rdflib

from conftest import ROOT, text
from kg.errors import ParameterError
from kg.namespaces import BASE, LANGUAGES
from kg.queries import Answer, Choices, Places, bind, read_queries, run
from kg.store import EmbeddedStore, Literal, NamedNode, Term

ALL = read_queries(ROOT / "queries")
TESTED_ELSEWHERE = {  # in test_queries.py
    "council-only", "evidence-of", "friendship-and-council", "friendship-and-council-pairs",
    "intents", "ties-of",
}  # fmt: skip
QUESTIONS = sorted(set(ALL) - TESTED_ELSEWHERE)

SOURCES = {
    "seoul-council-exchanges": "COUNCIL",
    "seocho-china-partners": "SEOCHO",
    "seoul-beijing-council": "BEIJING",
    "korea-china-governors-meeting": "MEETING",
    "seoul-london-friendship": "LONDON",
}


@dataclass(frozen=True)
class Case:
    """A question with values, and the rows that answer it in some of its columns."""

    name: str
    values: Mapping[str, str]
    columns: str
    rows: str

    def __str__(self) -> str:
        return " ".join([self.name, *(f"{key}={value}" for key, value in self.values.items())])


CASES = [
    Case(
        "timeline-of-pair",
        {},
        "dated kindLabel factLabel remark",
        """
1993-10-23 | Agreement | friendly city (友好城市): Seoul – Beijing (1993-10-23) | repaired
2010 | Delegation Visit | Delegation Visit: Seoul → Beijing (2010) |
2010 | Delegation Visit | Delegation Visit: Beijing → Seoul (2010) |
2012 | Delegation Visit | Delegation Visit: Beijing → Seoul (2012) |
2013 | Delegation Visit | Delegation Visit: Seoul → Beijing (2013) |
2013-04-21 | Agreement | MOU (English source): Seoul – Beijing (2013-04-21) | inferred
2013-04-21 | Meeting | Meeting of the mayors of Seoul and Beijing, 2013-04-21 | inferred
2015 | Delegation Visit | Delegation Visit: Seoul → Beijing (2015) |
2018 | Delegation Visit | Delegation Visit: Beijing → Seoul (2018) |
2019 | Delegation Visit | Delegation Visit: Seoul → Beijing (2019) |
""",
    ),
    Case(
        "timeline-of-pair",
        {"city": "서초구", "partner": "Hebi"},
        "dated kindLabel fact",
        """
2015-02 | Correspondence | event:SEOCHO-l192-1
2015-02 | Correspondence | event:SEOCHO-l192-2
2015-06 | Delegation Visit | event:SEOCHO-l193
2015-06-04 | Agreement | agreement:SEOCHO-l194
2015-09 | Event Participation | event:SEOCHO-l195
2016-09 | Agreement | agreement:SEOCHO-l196
2016-09 | Signing Event | event:SEOCHO-l196
2016-10 | Delegation Visit | event:SEOCHO-l197
2016-10-13 | Agreement | agreement:SEOCHO-l176
2018-11 | Delegation Visit | event:SEOCHO-l199
2019-10 | Delegation Visit | event:SEOCHO-l200
2020-02 | Correspondence | event:SEOCHO-l201-1
2020-04 | Correspondence | event:SEOCHO-l201-2
2020-12 | Gift Transfer | event:SEOCHO-l202
2021-02 | Gift Transfer | event:SEOCHO-l203
2023-07 | Delegation Visit | event:SEOCHO-l204
""",
    ),
    Case(
        "timeline-of-pair",
        {"partner": "London"},
        "dated kindLabel factLabel",
        """
2015-12 | Agreement | Friendship and Cooperation Agreement: Seoul – London (2015-12)
2017-04-03 | Agreement | Friendship City Agreement: Seoul – London (2017-04-03)
2017-04-03 | Meeting | Meeting of the mayors of Seoul and London, 2017-04-03
2017-04-03 | Offer | Invitation to the first Seoul Biennale
2017-04-03 | Offer | Suggestion that London join WeGO
""",
    ),
    Case(
        "visits-by-year",
        {},
        "year outbound inbound undirected suspended reason",
        """
2002 | 0 | 1 | 0 |  |
2010 | 2 | 4 | 0 |  |
2011 | 5 | 1 | 0 |  |
2012 | 5 | 3 | 0 |  |
2013 | 6 | 4 | 0 |  |
2014 | 7 | 3 | 0 |  |
2015 | 7 | 2 | 0 |  |
2016 | 8 | 6 | 0 |  |
2017 | 7 | 2 | 0 |  |
2018 | 6 | 5 | 0 |  |
2019 | 6 | 3 | 0 |  |
2020 | 0 | 0 | 0 | 2020/2021 | Because of COVID-19.
2022 | 1 | 2 | 0 |  |
""",
    ),
    Case(
        "visits-by-year",
        {"city": "kr-seocho"},
        "year outbound inbound undirected suspended",
        """
1997 | 1 | 0 | 0 |
1998 | 0 | 2 | 0 |
2000 | 0 | 1 | 0 |
2004 | 1 | 1 | 0 |
2005 | 0 | 0 | 2 |
2006 | 0 | 1 | 1 |
2007 | 0 | 0 | 1 |
2008 | 0 | 0 | 1 |
2009 | 0 | 2 | 1 |
2011 | 2 | 2 | 0 |
2012 | 4 | 3 | 0 |
2013 | 2 | 3 | 0 |
2014 | 1 | 7 | 0 |
2015 | 1 | 1 | 0 |
2016 | 0 | 3 | 0 |
2017 | 0 | 1 | 0 |
2018 | 0 | 1 | 0 |
2019 | 1 | 0 | 0 |
2023 | 0 | 1 | 0 |
2024 | 0 | 1 | 0 |
""",
    ),
    Case(
        "visits-of-place",
        {},
        "dated wayLabel otherLabel",
        """
2010 | outbound | Seoul
2011 | inbound | Seoul
2012 | inbound | Seoul
2013 | inbound | Seoul
2014 | outbound | Seoul
2015 | inbound | Seoul
2015 | outbound | Seoul
2016 | outbound | Seoul
2017 | inbound | Seoul
2018 | inbound | Seoul
2018 | outbound | Seoul
2019 | outbound | Seoul
2022 | inbound | Seoul
""",
    ),
    Case(
        "visits-of-place",
        {"city": "Ulaanbaatar"},
        "dated wayLabel otherLabel written",
        """
2010 | outbound | Seoul | 乌兰巴托
2011 | inbound | Seoul | 乌兰巴托
2012 | outbound | Seoul | 乌兰巴托
2013 | inbound | Seoul | 乌兰巴托
2014 | outbound | Seoul | 乌兰巴托
2015 | inbound | Seoul | 乌兰巴托
2016 | outbound | Seoul | 乌兰巴托
2017 | inbound | Seoul | 乌兰巴托
2019 | inbound | Seoul | 乌兰巴塔尔
2019 | outbound | Seoul | 乌兰坝塔尔
""",
    ),
    Case(
        "visits-of-place",
        {"city": "Jianhua District"},
        "dated wayLabel otherLabel",
        """
2004-08 | inbound | Seocho District
2004-10 | outbound | Seocho District
2005-01 | mutual | Seocho District
2005-10 | unstated | Seocho District
2006-02 | mutual | Seocho District
2006-07 | outbound | Seocho District
2007-11 | unstated | Seocho District
2008-01 | unstated | Seocho District
2009-10 | unstated | Seocho District
2009-10 | outbound | Seocho District
2012-05 | outbound | Seocho District
2012-08 | inbound | Seocho District
2013-01 | inbound | Seocho District
2013-05 | outbound | Seocho District
2014-10 | outbound | Seocho District
2014-11 | outbound | Seocho District
""",
    ),
    Case(
        "reciprocal-visits",
        {},
        "partnerLabel visits outbound inbound undirected first last",
        """
Bangkok | 13 | 7 | 6 | 0 | 2010 | 2022
Ulaanbaatar | 10 | 5 | 5 | 0 | 2010 | 2019
Ankara | 10 | 5 | 5 | 0 | 2010 | 2019
Tokyo | 8 | 6 | 2 | 0 | 2010 | 2017
Hanoi | 8 | 5 | 3 | 0 | 2011 | 2018
Beijing | 7 | 4 | 3 | 0 | 2010 | 2019
Jakarta | 7 | 4 | 3 | 0 | 2012 | 2018
Honolulu | 5 | 2 | 3 | 0 | 2013 | 2019
Bishkek | 4 | 2 | 2 | 0 | 2016 | 2022
Shanghai | 3 | 2 | 1 | 0 | 2015 | 2019
Wellington | 2 | 1 | 1 | 0 | 2018 | 2018
""",
    ),
    Case(
        "reciprocal-visits",
        {"city": "서초구"},
        "partnerLabel visits outbound inbound undirected first last",
        """
Jianhua District | 16 | 3 | 7 | 6 | 2004-08 | 2014-11
Hongkou District | 7 | 1 | 6 | 0 | 1998-10-21 | 2016-07
Zaozhuang | 7 | 2 | 5 | 0 | 2013-11 | 2017-05
Dongcheng District | 5 | 2 | 3 | 0 | 2011 | 2024-07
Hebi | 5 | 2 | 3 | 0 | 2015-06 | 2023-07
Baishan | 3 | 1 | 2 | 0 | 2011 | 2012
Langfang | 3 | 1 | 2 | 0 | 2011-05 | 2013-11
Laoshan District | 2 | 1 | 1 | 0 | 1997 | 1998
""",
    ),
    Case(
        "not-visited-since",
        {},
        "partnerLabel firstSigned lastMet",
        """
San Francisco | 1976-05-18 |
Bogotá | 1982-06-14 |
Moscow | 1991-07-13 |
Paris | 1991-11-12 |
Mexico City | 1992-10-05 |
Warsaw | 1996-06-20 |
Cairo | 1997-04-27 |
Rome | 2000-03-18 |
Astana | 2004-11-06 |
Washington, D.C. | 2006-03-13 |
Athens | 2006-05-15 |
Tashkent | 2010-07-02 |
São Paulo | 1977-04-20 | 2011
Zhejiang | 2001-03-30 | 2012
""",
    ),
    Case(
        "not-visited-since",
        {"city": "서초구", "year": "2017"},
        "partnerLabel firstSigned lastMet",
        """
Laoshan District | 1998-08-03 | 2008-05
Baishan | 2008-05-13 | 2012
Langfang | 2011-05-17 | 2013-11
Jianhua District | 2004-10-05 | 2014-11
Hongkou District | 1999-10-21 | 2016-07
""",
    ),
    Case(
        "first-visit-after-agreement",
        {},
        "partnerLabel signed visited years remark",
        """
Taipei | 1963-03-23 | 2014 | 51 | disputed
Ankara | 1971-08-23 | 2010 | 39 |
Honolulu | 1973-10-22 | 2013 | 40 |
Honolulu | 1973-10-22 | 2013 | 40 |
São Paulo | 1977-04-20 | 2011 | 34 |
Jakarta | 1984-07-25 | 2012 | 28 |
Tokyo | 1988-09-03 | 2010 | 22 |
New South Wales | 1991-11-08 | 2014 | 23 |
Beijing | 1993-10-23 | 2010 | 17 | repaired
Beijing | 1993-10-23 | 2010 | 17 | repaired
Ulaanbaatar | 1995-10-06 | 2010 | 15 |
Hanoi | 1996-05-01 | 2011 | 15 |
New South Wales | 1996-08-28 | 2014 | 18 |
Ankara | 1997-07-23 | 2010 | 13 |
Ulaanbaatar | 1997-08-27 | 2010 | 13 |
Zhejiang | 2001-03-30 | 2012 | 11 |
Almaty | 2001-05-09 | 2017 | 16 |
Bangkok | 2006-06-16 | 2010 | 4 |
Bangkok | 2007-11-26 | 2010 | 3 |
Zhejiang | 2009-04-10 | 2012 | 3 |
Honolulu | 2013-03-13 | 2018 | 5 |
Beijing | 2013-04-21 | 2015 | 2 | inferred
Shanghai | 2014-11-14 | 2015 | 1 |
London | 2015-12 | 2017-04-03 | 2 |
Bishkek | 2016-01-14 | 2017 | 1 |
Wellington | 2016-07-18 | 2018 | 2 |
Wellington | 2016-07-18 | 2018 | 2 |
Ho Chi Minh City | 2016-10-31 | 2022 | 6 |
""",
    ),
    Case(
        "first-visit-after-agreement",
        {"city": "서초구"},
        "partnerLabel signed visited years visit",
        """
Laoshan District | 1998-08-03 | 2000-01/2001-01 | 2 | event:SEOCHO-l20
Hongkou District | 1999-10-21 | 2000-07-10/2000-07-15 | 1 | event:SEOCHO-l47
Jianhua District | 2004-10-05 | 2005-01 | 1 | event:SEOCHO-l77-1
Baishan | 2008-05-13 | 2011 | 3 | event:SEOCHO-l109-1
Langfang | 2011-05-17 | 2011-09 | 0 | event:SEOCHO-l134
Dongcheng District | 2011-05-18 | 2012-09 | 1 | event:SEOCHO-l161
Jianhua District | 2012-08 | 2013-01 | 1 | event:SEOCHO-l86
Hebi | 2015-06-04 | 2015-09 | 0 | event:SEOCHO-l195
Hebi | 2016-09 | 2016-10 | 0 | event:SEOCHO-l197
Hebi | 2016-10-13 | 2018-11 | 2 | event:SEOCHO-l199
Zaozhuang | 2016-11 | 2017-05 | 1 | event:SEOCHO-l229
""",
    ),
    Case(
        "agreements-between-dates",
        {},
        "signed certainty agreement channelLabel statusLabel",
        """
2016-07-18 | certainly | agreement:COUNCIL-r11-a | executive | signed
2016-09 | certainly | agreement:SEOCHO-l196 | executive | signed
2016-10-13 | certainly | agreement:SEOCHO-l176 | executive | signed
2016-10-31 | certainly | agreement:COUNCIL-r33-a | executive | signed
2016-11 | certainly | agreement:SEOCHO-l210 | executive | signed
""",
    ),
    Case(
        "agreements-between-dates",
        {"from": "2011-05-18", "before": "2011-06"},
        "signed certainty agreement channelLabel statusLabel",
        """
2011 | possibly | agreement:SEOCHO-l160 | executive | signing intended
2011-05 | possibly | agreement:SEOCHO-l133 | executive | signing intended
2011-05-18 | certainly | agreement:SEOCHO-l145 | executive | signed
2011-05-23 | certainly | agreement:COUNCIL-r9-b | council | signed
""",
    ),
    Case(
        "agreements-between-dates",
        {"from": "2011-05", "before": "2011-06", "certain": "yes"},
        "signed certainty agreement channelLabel statusLabel",
        """
2011-05 | certainly | agreement:SEOCHO-l133 | executive | signing intended
2011-05-17 | certainly | agreement:SEOCHO-l118 | executive | signed
2011-05-18 | certainly | agreement:SEOCHO-l145 | executive | signed
2011-05-23 | certainly | agreement:COUNCIL-r9-b | council | signed
""",
    ),
    Case(
        "agreements-by-type-and-decade",
        {},
        "decade channelLabel type agreements",
        """
1960 | executive | type:zh-youhao-chengshi | 1
1970 | executive | type:zh-youhao-chengshi | 4
1980 | executive | type:zh-youhao-chengshi | 3
1990 | council | type:zh-hezuo-xieyi | 2
1990 | council | type:zh-huwang-xieyi | 4
1990 | executive | type:zh-youhao-chengshi | 9
2000 | council | type:zh-beiwanglu | 1
2000 | council | type:zh-hezuo-xieyi | 1
2000 | council | type:zh-jiaoliu-hezuo-beiwanglu | 2
2000 | executive | type:zh-youhao-chengshi | 5
2000 | executive | type:zh-youhao-hezuo-chengshi | 1
2010 | executive | type:en-friendship-city | 1
2010 | executive | type:en-friendship-cooperation | 1
2010 | executive | type:en-mou | 1
2010 | council | type:zh-hezuo-xieyi | 1
2010 | council | type:zh-liangjie-beiwanglu | 2
2010 | council | type:zh-yixiangshu | 1
2010 | executive | type:zh-youhao-chengshi | 1
2010 | executive | type:zh-youhao-hezuo-chengshi | 3
""",
    ),
    Case(
        "agreements-by-type-and-decade",
        {"city": "서초구"},
        "decade channelLabel type agreements",
        """
1990 | executive | type:ko-bimangnok | 1
1990 | executive | type:ko-uho-dosi | 1
2000 | executive | type:ko-uho-dosi | 2
2010 | executive | type:ko-mou | 1
2010 | executive | type:ko-uho-dosi | 1
2010 | executive | type:ko-uho-gyoryu-hyeopnyeok | 1
2010 | council | type:ko-uihyangseo | 1
2010 | executive | type:ko-uihyangseo | 2
2010 | executive | type:ko-yanghae-gakseo | 1
""",
    ),
    Case(
        "anniversaries",
        {},
        "age partnerLabel channelLabel signed remark",
        """
50 | San Francisco | executive | 1976-05-18 |
30 | Hanoi | executive | 1996-05-01 |
30 | Warsaw | executive | 1996-06-20 |
30 | New South Wales | council | 1996-08-28 |
25 | Zhejiang | council | 2001-03-30 |
25 | Almaty | council | 2001-05-09 |
20 | Washington, D.C. | executive | 2006-03-13 |
20 | Athens | executive | 2006-05-15 |
20 | Bangkok | executive | 2006-06-16 |
10 | Bishkek | council | 2016-01-14 |
10 | Wellington | executive | 2016-07-18 |
10 | Ho Chi Minh City | executive | 2016-10-31 |
""",
    ),
    Case(
        "anniversaries",
        {"year": "2023"},
        "age partnerLabel channelLabel signed remark",
        """
60 | Taipei | executive | 1963-03-23 | disputed
50 | Honolulu | executive | 1973-10-22 |
30 | Beijing | executive | 1993-10-23 | repaired
10 | Honolulu | council | 2013-03-13 |
10 | Beijing | executive | 2013-04-21 | inferred
""",
    ),
    Case(
        "partners-by-country",
        {},
        "regionLabel partners names agreements",
        """
China | 3 | Beijing, Shanghai, Zhejiang | 5
United States | 3 | Honolulu, San Francisco, Washington, D.C. | 4
Kazakhstan | 2 | Almaty, Astana | 3
Vietnam | 2 | Hanoi, Ho Chi Minh City | 2
Australia | 1 | New South Wales | 2
Brazil | 1 | São Paulo | 2
Colombia | 1 | Bogotá | 1
Egypt | 1 | Cairo | 1
France | 1 | Paris | 1
United Kingdom | 1 | London | 2
Greece | 1 | Athens | 1
Indonesia | 1 | Jakarta | 1
Italy | 1 | Rome | 1
Japan | 1 | Tokyo | 1
Kyrgyzstan | 1 | Bishkek | 1
Mongolia | 1 | Ulaanbaatar | 2
Mexico | 1 | Mexico City | 2
New Zealand | 1 | Wellington | 2
Poland | 1 | Warsaw | 2
Russia | 1 | Moscow | 2
Thailand | 1 | Bangkok | 2
Türkiye | 1 | Ankara | 2
Taiwan | 1 | Taipei | 1
Uzbekistan | 1 | Tashkent | 1
""",
    ),
    Case(
        "areas-of-cooperation",
        {},
        "areaLabel agreements",
        """
culture | 4
tourism | 3
economy | 2
advanced technology | 1
arts and culture | 1
climate change | 1
digital innovation | 1
e-government | 1
economic democratisation | 1
education | 1
environment | 1
smart city | 1
social innovation | 1
technological innovation | 1
urban regeneration | 1
""",
    ),
    Case(
        "ties-at-two-levels",
        {},
        "partLabel partnerLabel lowerSigned aroundLabel upperSigned remark",
        """
Seocho District | Hongkou District | 1999-10-21 | Shanghai | 2014-11-14 |
Seocho District | Dongcheng District | 2011-05-18 | Beijing | 1993-10-23 | repaired
Seocho District | Dongcheng District | 2011-05-18 | Beijing | 2013-04-21 | inferred
""",
    ),
    Case(
        "people-and-posts",
        {},
        "personLabel postRoleLabel bodyLabel dated remark",
        """
Fan (범수방) | mayor | Hebi People's Government | 2015-02 |
Fan (범수방) | Party secretary | Hebi Municipal Committee of the Party | 2016-10 |
Kim Min-seok | prime minister | Office of the Prime Minister of South Korea | 2025-10-28 | inferred
Park Won-soon | mayor | Seoul Metropolitan Government | 2013-04-21 | inferred
Park Won-soon | honorary chair (planned) | Seoul-Beijing Integration Council | 2013-04-21 | inferred
Park Won-soon | mayor | Seoul Metropolitan Government | 2017-04-03 |
Sadiq Khan | mayor | Greater London Authority | 2017-04-03 |
Wang Anshun | mayor | Government of Beijing | 2013-04-21 | inferred
Wang Anshun | honorary chair (planned) | Seoul-Beijing Integration Council | 2013-04-21 | inferred
Yoo Jeong-bok | mayor | Incheon Metropolitan City Government | 2025-10-28 | inferred
Yoo Jeong-bok | president | Governors Association of Korea | 2025-10-28 | inferred
""",
    ),
    Case(
        "correspondence",
        {},
        "dated kindLabel senderLabel receiverLabel itemLabel answeredDate",
        """
2015-02 | Correspondence | Hebi | Seocho District | letter of invitation |
2015-02 | Correspondence | Seocho District | Hebi | reply | 2015-02
2020-02 | Correspondence | Hebi | Seocho District | letter of consolation |
2020-03 | Correspondence | Dongcheng District | Seocho District | letter of consolation |
2020-04 | Correspondence | Seocho District | Baishan | letter of consolation |
2020-04 | Correspondence | Seocho District | Langfang | letter of consolation |
2020-04 | Correspondence | Seocho District | Dongcheng District | reply | 2020-03
2020-04 | Correspondence | Seocho District | Hebi | reply | 2020-02
2020-04 | Correspondence | Seocho District | Laoshan District | letter of consolation |
2020-04 | Correspondence | Seocho District | Hongkou District | letter of consolation |
2020-04 | Correspondence | Seocho District | Jianhua District | letter of consolation |
2020-11 | Gift Transfer | Langfang | Seocho District | postcards and city material |
2020-12 | Gift Transfer | Seocho District | Baishan | calendar and New Year card |
2020-12 | Gift Transfer | Seocho District | Langfang | calendar and New Year card |
2020-12 | Gift Transfer | Seocho District | Dongcheng District | calendar and New Year card |
2020-12 | Gift Transfer | Dongcheng District | Seocho District | New Year card |
2020-12 | Gift Transfer | Seocho District | Hebi | calendar and New Year card |
2020-12 | Gift Transfer | Seocho District | Zaozhuang | calendar and New Year card |
2020-12 | Gift Transfer | Seocho District | Laoshan District | calendar and New Year card |
2020-12 | Gift Transfer | Seocho District | Hongkou District | calendar and New Year card |
2020-12 | Gift Transfer | Seocho District | Jianhua District | calendar and New Year card |
2021-02 | Gift Transfer | Hebi | Seocho District | New Year card and books |
""",
    ),
    Case(
        "correspondence",
        {"city": "Langfang"},
        "dated kindLabel senderLabel receiverLabel itemLabel answeredDate",
        """
2020-04 | Correspondence | Seocho District | Langfang | letter of consolation |
2020-11 | Gift Transfer | Langfang | Seocho District | postcards and city material |
2020-12 | Gift Transfer | Seocho District | Langfang | calendar and New Year card |
""",
    ),
    Case(
        "statistics-of-partners",
        {},
        "partnerLabel value approximate reference methodLabel remark",
        """
Baishan | 1180000 | about | 2018 | registered population | repaired
Dongcheng District | 800000 | about | 2019 | resident population |
Hebi | 1630000 | about | 2018 | resident population |
Langfang | 4920000 | about | 2019 | resident population |
Laoshan District | 460000 | about | 2019 | resident population |
Jianhua District | 290000 | about | 2012 |  |
Hongkou District | 710000 | about | 2019 |  |
Zaozhuang | 4240000 |  |  |  |
""",
    ),
    Case(
        "statistics-of-partners",
        {"kind": "md:AreaObservation"},
        "partnerLabel value unit approximate reference",
        """
Baishan | 17485 | km2 |  |
Dongcheng District | 41 | km2 |  |
Hebi | 2182 | km2 |  |
Langfang | 6429 | km2 |  |
Laoshan District | 395.79 | km2 |  |
Jianhua District | 122 | km2 |  |
Hongkou District | 23.4 | km2 |  |
Zaozhuang | 4563 | km2 |  |
""",
    ),
    Case(
        "statistics-of-partners",
        {"kind": "md:DivisionCount"},
        "partnerLabel countedLabel value",
        """
Baishan | district | 2
Baishan | county-level city | 1
Baishan | county | 4
Dongcheng District | subdistrict | 17
Hebi | district | 3
Hebi | county | 2
Hebi | development zone | 1
Langfang | county-level city | 2
Langfang | district | 2
Langfang | county | 6
Laoshan District | subdistrict | 5
Jianhua District | subdistrict | 5
Hongkou District | subdistrict | 8
Zaozhuang | district | 5
Zaozhuang | county-level city | 1
""",
    ),
    Case(
        "disputed-and-repaired",
        {"state": "repaired"},
        "fact found reading factSource",
        """
agreement:COUNCIL-r25-a | 1993年10年23日 | 1993-10-23 | COUNCIL, line 39
observation:SEOCHO-l102 | 약 1,18만명(2018년 호적인구 기준) | 1180000 | SEOCHO, line 102
""",
    ),
    Case(
        "disputed-and-repaired",
        {"state": "disputed"},
        "fact reading entry",
        """
agreement:MEETING-l22-declaration | 2025-10-28 | claim:declaration-2025-10-28
agreement:MEETING-l22-declaration | 2025-10-29 | claim:declaration-2025-10-29
agreement:COUNCIL-r19-a | 1963-03-23 | claim:taipei-1963
agreement:COUNCIL-r19-a | 1968 | claim:taipei-1968
event:SEOCHO-l158 | 2010-06-28 | claim:chongwen-2010-06-28
event:SEOCHO-l158 | 2010-10-07 | claim:chongwen-2010-10-07
""",
    ),
    Case(
        "disputed-and-repaired",
        {"state": "unresolved"},
        "fact found entry",
        """
event:COUNCIL-l62-7 | 阿曼 | place:jo-amman
event:COUNCIL-l62-7 | 阿曼 | place:om
""",
    ),
    Case(
        "disputed-and-repaired",
        {"state": "curated"},
        "found entryNote factSource",
        """
환발해 | Bohai Sea | SEOCHO, line 128
외교협회 | Korean Council on Foreign Relations | SEOCHO, line 8
왕푸징 브랜드 축제 | Wangfujing International Brand Festival | SEOCHO, line 161
City of London | London | LONDON, line 18
""",
    ),
    Case(
        "disputed-and-repaired",
        {"state": "same"},
        "fact entry",
        """
agreement:SEOCHO-l133 | agreement:SEOCHO-l118
agreement:SEOCHO-l160 | agreement:SEOCHO-l145
event:SEOCHO-l82 | event:SEOCHO-l79-4
series:forum-named-yinzhong | series:inchina-forum
""",
    ),
    Case(
        "disputed-and-repaired",
        {},
        "stateLabel fact reading",
        """
chosen by us | name:SEOCHO-n55 |
chosen by us | name:SEOCHO-n61 |
chosen by us | name:SEOCHO-n64 |
chosen by us | name:LONDON-n3 |
disputed | agreement:MEETING-l22-declaration | 2025-10-28
disputed | agreement:MEETING-l22-declaration | 2025-10-29
disputed | agreement:COUNCIL-r19-a | 1963-03-23
disputed | agreement:COUNCIL-r19-a | 1968
disputed | event:SEOCHO-l158 | 2010-06-28
disputed | event:SEOCHO-l158 | 2010-10-07
inferred | agreement:MEETING-l22-declaration | 2025-10-28
inferred | agreement:SEOCHO-l118 | agreement:SEOCHO-l133
inferred | agreement:SEOCHO-l145 | agreement:SEOCHO-l160
inferred | agreement:SEOCHO-l176 | agreement:SEOCHO-l196
inferred | agreement:SEOCHO-l6 | agreement:SEOCHO-l18
inferred | agreement:SEOCHO-l63 | agreement:SEOCHO-l75
inferred | agreement:BEIJING-l11-mou | 2013-04-21
inferred | claim:LONDON-l12-nhk | 2016
inferred | event:MEETING-l11-forum | 2025
inferred | event:MEETING-l16-call | 2025-10-28
inferred | event:MEETING-l18-meeting | 2025-10-28
inferred | event:MEETING-l20-gwangju | 2025-10-28
inferred | event:MEETING-l20-industry | 2025-10-28
inferred | event:MEETING-l20-sejong | 2025-10-28
inferred | event:MEETING-l22-signing | 2025-10-28
inferred | event:MEETING-l24-dinner | 2025-10-28
inferred | event:BEIJING-l11-meeting | 2013-04-21
inferred | post:MEETING-kim | 2025-10-28
inferred | post:MEETING-yoo | 2025-10-28
inferred | post:MEETING-yoo-president | 2025-10-28
inferred | post:BEIJING-park | 2013-04-21
inferred | post:BEIJING-park-chair | 2013-04-21
inferred | post:BEIJING-wang | 2013-04-21
inferred | post:BEIJING-wang-chair | 2013-04-21
perhaps the same | agreement:SEOCHO-l133 |
perhaps the same | agreement:SEOCHO-l160 |
perhaps the same | event:SEOCHO-l82 |
perhaps the same | series:forum-named-yinzhong |
repaired | agreement:COUNCIL-r25-a | 1993-10-23
repaired | observation:SEOCHO-l102 | 1180000
unresolved | event:COUNCIL-l62-7 |
unresolved | event:COUNCIL-l62-7 |
""",
    ),
    Case(
        "coverage-of-sources",
        {},
        "source kindLabel channelLabel facts firstYear lastYear",
        """
source:MEETING | Agreement | association | 1 | 2025 | 2025
source:MEETING | Conference |  | 3 | 2018 | 2025
source:MEETING | Meeting |  | 1 | 2025 | 2025
source:MEETING | Post |  | 3 | 2025 | 2025
source:MEETING | Presentation |  | 3 | 2025 | 2025
source:MEETING | Signing Event |  | 1 | 2025 | 2025
source:MEETING | Social Event |  | 1 | 2025 | 2025
source:MEETING | Source Document |  | 1 |  |
source:MEETING | Surface Form |  | 18 |  |
source:SEOCHO | Agreement | council | 1 | 2012 | 2012
source:SEOCHO | Agreement | executive | 14 | 1997 | 2016
source:SEOCHO | Agreement | school | 1 |  |
source:SEOCHO | Area Observation |  | 8 |  |
source:SEOCHO | Attributed Claim |  | 8 |  |
source:SEOCHO | Change Event |  | 1 | 2010 | 2010
source:SEOCHO | Congratulation |  | 8 | 2011 | 2015
source:SEOCHO | Correspondence |  | 11 | 2015 | 2020
source:SEOCHO | Delegation |  | 6 |  |
source:SEOCHO | Delegation Visit |  | 50 | 1997 | 2024
source:SEOCHO | District |  | 5 |  |
source:SEOCHO | Division Count |  | 15 |  |
source:SEOCHO | Event Participation |  | 12 | 1998 | 2018
source:SEOCHO | Event Series |  | 1 |  |
source:SEOCHO | Gift Transfer |  | 11 | 2020 | 2021
source:SEOCHO | Intent | executive | 1 | 1998 | 1998
source:SEOCHO | Investment Briefing |  | 7 | 2000 | 2008
source:SEOCHO | Listing |  | 8 |  |
source:SEOCHO | Municipality |  | 4 |  |
source:SEOCHO | Organ Count |  | 48 |  |
source:SEOCHO | Population Observation |  | 8 | 2012 | 2019
source:SEOCHO | Post |  | 2 | 2015 | 2016
source:SEOCHO | Signing Event |  | 2 | 1999 | 2016
source:SEOCHO | Staff Exchange |  | 1 | 2000 | 2000
source:SEOCHO | Surface Form |  | 67 |  |
source:BEIJING | Agreement | executive | 1 | 2013 | 2013
source:BEIJING | Attributed Claim |  | 2 |  |
source:BEIJING | Joint Body |  | 1 |  |
source:BEIJING | Meeting |  | 1 | 2013 | 2013
source:BEIJING | Organisational Unit |  | 4 |  |
source:BEIJING | Post |  | 4 | 2013 | 2013
source:BEIJING | Surface Form |  | 6 |  |
source:COUNCIL | Agreement | council | 14 | 1996 | 2018
source:COUNCIL | Agreement | executive | 27 | 1963 | 2016
source:COUNCIL | Delegation Visit |  | 95 | 2010 | 2022
source:COUNCIL | Intent | council | 4 | 2018 | 2018
source:COUNCIL | Listing |  | 33 |  |
source:COUNCIL | Surface Form |  | 67 |  |
source:COUNCIL | Suspension |  | 2 | 2020 | 2020
source:COUNCIL | Unresolved Place |  | 1 |  |
source:LONDON | Agreement | executive | 2 | 2015 | 2017
source:LONDON | Attributed Claim |  | 3 | 2016 | 2016
source:LONDON | Event |  | 1 | 2017 | 2017
source:LONDON | Meeting |  | 1 | 2017 | 2017
source:LONDON | Offer |  | 2 | 2017 | 2017
source:LONDON | Post |  | 2 | 2017 | 2017
source:LONDON | Surface Form |  | 6 |  |
""",
    ),
    Case(
        "wikidata-links",
        {},
        "partnerLabel number match",
        """
New South Wales | Q3224 | exactMatch
São Paulo | Q174 | exactMatch
British Columbia | Q1974 | exactMatch
Beijing | Q956 | exactMatch
Guizhou | Q47097 | exactMatch
Shanghai | Q8686 | exactMatch
Zhejiang | Q16967 | exactMatch
Bogotá | Q2841 | exactMatch
Cairo | Q85 | exactMatch
Marseille | Q23482 | exactMatch
Paris | Q90 | exactMatch
London | Q23306 | closeMatch
London | Q84 | exactMatch
Athens | Q1524 | exactMatch
Jakarta | Q3630 | exactMatch
Rome | Q220 | exactMatch
Amman | Q3805 | exactMatch
Tokyo | Q1490 | exactMatch
Bishkek | Q9361 | exactMatch
Almaty | Q35493 | exactMatch
Astana | Q1520 | exactMatch
Ulaanbaatar | Q23430 | exactMatch
Mexico City | Q1489 | exactMatch
Wellington | Q23661 | exactMatch
Warsaw | Q270 | exactMatch
Moscow | Q649 | exactMatch
Bangkok | Q1861 | exactMatch
Ankara | Q2297724 | closeMatch
Ankara | Q3640 | exactMatch
Taipei | Q1867 | exactMatch
Honolulu | Q487704 | closeMatch
Honolulu | Q18094 | exactMatch
San Francisco | Q62 | exactMatch
Washington, D.C. | Q3551781 | closeMatch
Washington, D.C. | Q61 | exactMatch
Tashkent | Q269 | exactMatch
Hanoi | Q1858 | exactMatch
Ho Chi Minh City | Q1854 | exactMatch
""",
    ),
    Case(
        "wikidata-links",
        {"city": "서초구"},
        "partnerLabel number match",
        """
Baishan | Q92348 | exactMatch
Dongcheng District | Q394681 | exactMatch
Hebi | Q404301 | exactMatch
Langfang | Q58710 | exactMatch
Laoshan District | Q181352 | exactMatch
Jianhua District | Q1332842 | exactMatch
Hongkou District | Q661364 | exactMatch
Zaozhuang | Q147187 | exactMatch
""",
    ),
    Case(
        "follow-ups",
        {},
        "earlier earlierDated laterDated basisLabel perhapsSame",
        """
agreement:SEOCHO-l18 | 1997 | 1998-08-03 | inferred |
agreement:SEOCHO-l75 | 2004-08 | 2004-10-05 | inferred |
agreement:SEOCHO-l160 | 2011 | 2011-05-18 | inferred | yes
agreement:SEOCHO-l133 | 2011-05 | 2011-05-17 | inferred | yes
agreement:LONDON-l16-2015 | 2015-12 | 2017-04-03 | stated |
agreement:SEOCHO-l196 | 2016-09 | 2016-10-13 | inferred |
""",
    ),
    Case(
        "delegations",
        {},
        "dated event persons performers",
        """
2000-07-10/2000-07-15 | event:SEOCHO-l47 | 6 |
2002 | event:SEOCHO-l48 | 2 |
2014-11 | event:SEOCHO-l191 | 10 |
2015-06 | event:SEOCHO-l193 | 7 |
2015-09 | event:SEOCHO-l195 | 6 | 8
2018-11 | event:SEOCHO-l199 | 6 |
""",
    ),
    Case(
        "visits-of-councils",
        {},
        "dated visit councilLabel",
        """
2009-07 | event:SEOCHO-l49 | Seocho-gu Council
2012-08 | event:SEOCHO-l85 | Seocho-gu Council
2013-11 | event:SEOCHO-l224 | Seocho-gu Council
2014-03 | event:SEOCHO-l225-1 | Seocho-gu Council
2014-09 | event:SEOCHO-l225-2 | Seocho-gu Council
2014-11 | event:SEOCHO-l226 | Seocho-gu Council
2015-04 | event:SEOCHO-l227 | Seocho-gu Council
2016-04 | event:SEOCHO-l228 | Seocho-gu Council
""",
    ),
    Case(
        "visits-without-agreement",
        {},
        "placeLabel visits first last",
        """
Hongkou District | 1 | 2002 | 2002
Hiroshima | 1 | 2014 | 2014
阿曼 (Oman / Amman) | 1 | 2014 | 2014
Canberra | 1 | 2015 | 2015
Sydney | 1 | 2015 | 2015
Auckland | 1 | 2015 | 2015
Vientiane | 1 | 2016 | 2016
Istanbul | 1 | 2019 | 2019
""",
    ),
    Case(
        "visits-without-agreement",
        {"city": "서초구"},
        "placeLabel visits first last",
        """
Qiqihar | 1 | 2014-11 | 2014-11
Zhengzhou | 1 | 2014-11 | 2014-11
""",
    ),
    Case(
        "partners-by-level",
        {},
        "levelLabel places names",
        """
district | 4 | Dongcheng District, Hongkou District, Jianhua District, Laoshan District
prefecture-level city | 4 | Baishan, Hebi, Langfang, Zaozhuang
province | 1 | Zhejiang
province-level municipality | 2 | Beijing, Shanghai
""",
    ),
    Case(
        "partners-by-level",
        {"region": "South Korea"},
        "levelLabel places names",
        """
district | 1 | Seocho District
special city | 1 | Seoul
""",
    ),
    Case(
        "meetings",
        {},
        "dated meetingLabel remark",
        """
2013-04-21 | Meeting of the mayors of Seoul and Beijing, 2013-04-21 | inferred
2017-04-03 | Meeting of the mayors of Seoul and London, 2017-04-03 |
2018 | Previous Korea–China governors’ meeting, 2018 |
2025 | Ninth forum printed as 印中论坛 | inferred
2025-10-28 | Call on the prime minister of South Korea | inferred
2025-10-28 | 3rd Korea–China governors’ meeting | inferred
""",
    ),
    Case(
        "places-of-signing",
        {},
        "partnerLabel signed placeLabel methodLabel",
        """
Laoshan District | 1998-08-03 | Seocho District |
Hongkou District | 1999-10-21 | Hongkou District |
Jianhua District | 2004-10-05 | Seocho District |
Baishan | 2008-05-13 | Seocho District |
Langfang | 2011-05-17 | Langfang |
Dongcheng District | 2011-05-18 | Dongcheng District |
Hebi | 2015-06-04 | Hebi |
Hebi | 2016-10-13 | Seocho District |
Zaozhuang | 2016-11 |  | by post
""",
    ),
    Case(
        "places-of-signing",
        {"city": "Seoul"},
        "partnerLabel signed placeLabel methodLabel",
        """
Beijing | 2013-04-21 | Beijing | in person
London | 2017-04-03 | London City Hall | in person
""",
    ),
]


# rdflib warns of itself, once a triple
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")


@pytest.fixture(scope="module")
def places(store: EmbeddedStore) -> Places:
    return Places(store)


@pytest.fixture(scope="module")
def choices(store: EmbeddedStore) -> Choices:
    return Choices(store)


@pytest.fixture(scope="module")
def records(store: EmbeddedStore) -> set[str]:
    """The addresses of all evidence records that name a document and a line."""
    found = store.select(
        f"SELECT ?e {{ ?e a <{BASE}ontology#Evidence> ; <{BASE}ontology#inSource> ?s ; "
        f"<{BASE}ontology#line> ?l }}"
    )
    return {row[0].value for row in found.rows if isinstance(row[0], NamedNode)}


@pytest.fixture(scope="module")
def dataset(graphs: dict[rdflib.URIRef, rdflib.Graph]) -> rdflib.Dataset:
    """The same graphs in rdflib's own memory, the default graph their union."""
    found = rdflib.Dataset(default_union=True)
    for name, graph in graphs.items():
        found.addN((*triple, found.graph(name)) for triple in graph)
    return found


def rows_of(answer: Answer, columns: str) -> list[str]:
    """The cells of some columns, a line for each row."""
    where = [answer.table.columns.index(column) for column in columns.split()]
    found = []
    for row in answer.table.rows:
        line = " | ".join(text(row[place]) for place in where)
        for source, short in SOURCES.items():
            line = line.replace(source, short)
        found.append(line.strip())
    return found


def value(term: Term | None) -> str:
    """The address or the words of a term, nothing where there is none."""
    return term.value if isinstance(term, NamedNode | Literal) else ""


def column(answer: Answer, name: str) -> list[str]:
    return rows_of(answer, name)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_is_exactly_this(
    case: Case, store: EmbeddedStore, places: Places, choices: Choices
) -> None:
    answer = run(ALL[case.name], case.values, store, places, choices)
    assert rows_of(answer, case.columns) == case.rows.strip("\n").split("\n")


def test_every_question_has_an_expected_answer() -> None:
    assert {case.name for case in CASES if not case.values} == set(QUESTIONS)
    assert len(ALL) >= 24


@pytest.mark.parametrize("name", QUESTIONS)
def test_rdflib_gives_the_same_rows(
    name: str, store: EmbeddedStore, dataset: rdflib.Dataset, places: Places, choices: Choices
) -> None:
    ours = run(ALL[name], {}, store, places, choices).table
    theirs = dataset.query(bind(ALL[name], {}, places, choices)).bindings
    found = [[row.get(rdflib.Variable(column)) for column in ours.columns] for row in theirs]
    assert [["" if term is None else str(term) for term in row] for row in found] == [
        [value(term) for term in row] for row in ours.rows
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_row_leads_to_evidence(
    case: Case, store: EmbeddedStore, places: Places, choices: Choices, records: set[str]
) -> None:
    answer = run(ALL[case.name], case.values, store, places, choices)
    cited = [name for name, entry in answer.query.columns.items() if entry.kind == "evidence"]
    assert cited
    for name in cited:
        at = answer.table.columns.index(name)
        for row in answer.table.rows:
            found = value(row[at]).split()
            assert found and set(found) <= records


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_answers_in_three_languages(
    name: str, store: EmbeddedStore, places: Places, choices: Choices
) -> None:
    query = ALL[name]
    texts = [query.title, query.description, *(entry.label for entry in query.columns.values())]
    texts += [p.label for p in query.parameters.values() if not p.hidden]
    for entry in texts:
        assert set(entry) == set(LANGUAGES)
        assert not re.search("[가-힣一-鿿]", entry["en"])
        assert re.search("[가-힣]", entry["ko"]) and re.search("[一-鿿]", entry["zh-Hans"])
        assert not re.search("[가-힣]", entry["zh-Hans"])
    english = run(query, {}, store, places, choices)
    labels = [c for c in query.columns if c.endswith("Label")]
    for language in ("ko", "zh-Hans"):
        answer = run(query, {"lang": language}, store, places, choices)
        assert len(answer.table.rows) == len(english.table.rows)
        for label in labels:
            cells, originals = Counter(column(answer, label)), Counter(column(english, label))
            assert cells != originals or set(cells) == {""}


def test_each_row_stands_once(store: EmbeddedStore, places: Places, choices: Choices) -> None:
    for case in CASES:
        rows = run(ALL[case.name], case.values, store, places, choices).table.rows
        assert len(rows) == len(set(rows)), str(case)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("timeline-of-pair", {"partner": "Atlantis"}, "'partner': no place is called 'Atlantis'"),
        ("timeline-of-pair", {"town": "Seoul"}, "'town': there is none; it has city, partner"),
        ("visits-by-year", {"city": ""}, "'city': no value"),
        ("partners-by-level", {"region": "Narnia"}, "no place is called 'Narnia'"),
        ("visits-of-place", {"city": "Bangkog"}, "no place is called 'Bangkog'"),
        ("not-visited-since", {"year": "two"}, "'year': 'two' is not a year such as 2019"),
        ("anniversaries", {"year": "20226"}, "'year': '20226' is not a year such as 2019"),
        ("agreements-between-dates", {"from": "1998-13"}, "'from': '1998-13' is not a date"),
        ("agreements-between-dates", {"before": "today"}, "'before': 'today' is not a date"),
        ("agreements-between-dates", {"certain": "maybe"}, "'maybe' is not true or false"),
        ("areas-of-cooperation", {"least": "some"}, "'least': 'some' is not a whole number"),
        ("statistics-of-partners", {"kind": "md:Agreement"}, "is not among the choices"),
        ("disputed-and-repaired", {"state": "wrong"}, "want one of any, repaired, inferred"),
        ("wikidata-links", {"state": "accepted"}, "want one of link-state:accepted"),
        ("coverage-of-sources", {"lang": "fr"}, "'fr' is not among the choices"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_words(
    name: str, values: dict[str, str], message: str, places: Places, choices: Choices
) -> None:
    with pytest.raises(ParameterError) as caught:
        bind(ALL[name], values, places, choices)
    assert f"{name}: parameter" in str(caught.value)
    assert message in str(caught.value)


# Figures of the sources that must come out of the answers


def test_council_visits_add_up(store: EmbeddedStore, places: Places) -> None:
    """60 and 35 of the council's tables, and two from Hongkou to see the World Cup of 2002."""
    answer = run(ALL["visits-by-year"], {}, store, places)
    assert sum(int(n) for n in column(answer, "outbound")) == 60
    assert sum(int(n) for n in column(answer, "inbound")) == 35 + 1


def test_the_unresolved_place_stays_a_visit_of_seoul(store: EmbeddedStore, places: Places) -> None:
    answer = run(ALL["visits-of-place"], {"city": "Seoul"}, store, places)
    assert len(answer.table.rows) == 96
    assert "outbound | 阿曼 (Oman / Amman)" in rows_of(answer, "wayLabel otherLabel")
    for name in ("Amman", "Oman"):
        assert run(ALL["visits-of-place"], {"city": name}, store, places).table.rows == []


def test_head_counts_of_delegations_that_visited(store: EmbeddedStore, places: Places) -> None:
    """The sixth head count, of 2015-09, is of an attendance."""
    answer = run(ALL["visits-of-place"], {"city": "서초구"}, store, places)
    counts = rows_of(answer, "dated otherLabel headcount")
    assert [row for row in counts if not row.endswith("|")] == [
        "2000-07-10/2000-07-15 | Hongkou District | 6",
        "2014-11 | Zhengzhou | 10",
        "2015-06 | Hebi | 7",
        "2018-11 | Hebi | 6",
    ]


def test_the_two_agreement_totals(store: EmbeddedStore, places: Places) -> None:
    counts = run(ALL["agreements-by-type-and-decade"], {}, store, places)
    assert sum(int(n) for n in column(counts, "agreements")) == 44  # 27 + 14 + 1 + 2
    coverage = run(ALL["coverage-of-sources"], {}, store, places)
    pairs = zip(column(coverage, "kindLabel"), column(coverage, "facts"), strict=True)
    assert sum(int(n) for kind, n in pairs if kind == "Agreement") == 61


def test_sums_of_areas_and_populations(store: EmbeddedStore, places: Places) -> None:
    statistics = ALL["statistics-of-partners"]
    for kind, total in (("Population", 14_230_000), ("Area", 31_241.19)):
        answer = run(statistics, {"kind": f"md:{kind}Observation"}, store, places)
        assert sum(float(n) for n in column(answer, "value")) == pytest.approx(total)


def test_the_governors_meeting(store: EmbeddedStore, places: Places) -> None:
    answer = run(ALL["meetings"], {}, store, places)
    names = rows_of(answer, "participants")[-1].split(", ")
    assert names == [
        "Gwangju", "Heilongjiang", "Incheon", "Jeju Province", "Jiangxi", "Liaoning", "Sejong",
        "Seoul", "Shanghai", "South Jeolla", "Xinjiang", "Yoo Jeong-bok",
    ]  # fmt: skip
    assert rows_of(answer, "hosts")[-1] == (
        "Chinese People's Association for Friendship with Foreign Countries, "
        "Governors Association of Korea"
    )


def test_laoshan_is_not_the_other_laoshan(store: EmbeddedStore, places: Places) -> None:
    values = {"city": "서초구", "state": "link-state:rejected"}
    rejected = run(ALL["wikidata-links"], values, store, places)
    assert "Laoshan District | Q1671224" in rows_of(rejected, "partnerLabel number")


def test_a_pair_is_the_same_from_both_ends(store: EmbeddedStore, places: Places) -> None:
    one_way = run(ALL["timeline-of-pair"], {"city": "Hebi", "partner": "서초구"}, store, places)
    other = run(ALL["timeline-of-pair"], {"city": "서초구", "partner": "Hebi"}, store, places)
    assert one_way.table.rows == other.table.rows
    itself = run(ALL["timeline-of-pair"], {"city": "Hebi", "partner": "Hebi"}, store, places)
    assert itself.table.rows == []
