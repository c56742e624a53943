// SPDX-License-Identifier: Apache-2.0

// The words, phrases and names that texts are made of.

/// What the corpus talks about: ferries, gardens, kitchens and the post.
enum Vocabulary {
    /// Plain words, as bytes: most of a corpus is copied from here.
    static let words = split(
        """
        harbour ferry timetable captain passenger ticket island morning evening storm repair
        engine deck cargo crate signal lighthouse garden tomato basil compost rain shovel seed
        spring autumn orchard apple fence neighbour recipe flour butter oven bread soup onion
        pepper kitchen table guest letter parcel stamp postcard address sender counter weight
        please describe explain summarise compare list suggest write check whether because
        although before after between without every other third small heavy cheap quiet late
        early local average total price hour minute kilometre the a of and to for with from on
        in at is was are how many which what when where should could would
        """
    ).map { Array($0.utf8) }

    /// Phrases outside of ASCII, from two bytes a character to four.
    static let phrases = lines(
        """
        Fähre über die Förde
        crème brûlée à l’abricot
        čeština, łódka, ığdır
        Ποιο πλοίο φεύγει πρώτο;
        Паром отходит в девять часов
        מתי יוצאת המעבורת?
        متى تغادر العبّارة؟
        फेरी कब निकलती है?
        渡船几点出发？
        フェリーは何時に出ますか
        배는 언제 떠나나요?
        🍅🌿 ready
        ⛴️ → 🏝️
        “twice” — said the captain…
        𝔉𝔢𝔯𝔯𝔶 №7
        """)

    /// Pieces of programs and markup: quotes, backslashes, tabs and line ends.
    static let snippets = [
        "func fare(_ zone: Int) -> String {\n\treturn \"zone \\(zone)\"\n}\n",
        "| port | from | to |\n|---|---|---|\n| \"North\" | 06:15 | 22:40 |\n",
        "$ grep -E \"^\\s*dock:\" C:\\ferry\\plan.txt\r\n",
        "<li data-id=\"14\">Soup &amp; <b>bread</b></li>\n",
        "{\"dish\": \"soup\", \"steps\": [\"chop\", \"stir\"], \"hot\": true}\n",
        "for port in ports:\n\tprint(f'{port[\"name\"]!r}\\t{port[\"wind\"]}')\n",
    ]

    /// Places, as arguments of tools.
    static let places = lines(
        """
        Tromsø
        Hydra
        Åland
        Santorini
        鹿児島
        Isle of Mull
        Łeba
        Ven "the small one"
        """)

    /// What tools do.
    static let verbs = split("find book cancel list count price plan track")
    /// What tools do it with.
    static let nouns = split("ferry cabin parcel recipe seedling harbour letter table")
    /// The names of their parameters, without those that every tool has.
    static let parameters = split(
        "deck_level seat_class max_weight arrival_port plant_name oven_heat sender_zip day_count")
    /// Values to choose from.
    static let choices = split("economy standard premium express sunny shaded fragile bulky")
    /// Names of the members of lists.
    static let measures = split("height width depth age")

    private static func split(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" }.map { String($0) }
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { String($0) }
    }
}
