
#include "chatops_regex_parts.h"


/* Few scripts are far from it. */
#define CHATOPS_REGEX_SCRIPT_COST  10


/* The names that RE2 knows, as it writes them. */

static const struct {
    const char  *name;
    uint32_t     cost;       /* to RE2, in instructions */
} chatops_regex_categories[] = {
    { "Cc", 6 }, { "Cf", 72 }, { "Co", 22 }, { "Cs", 3 }, { "L", 1560 },
    { "Ll", 925 }, { "Lm", 202 }, { "Lo", 1248 }, { "Lt", 22 }, { "Lu", 887 },
    { "M", 724 }, { "Mc", 388 }, { "Me", 16 }, { "Mn", 748 }, { "N", 353 },
    { "Nd", 143 }, { "Nl", 44 }, { "No", 217 }, { "P", 482 }, { "Pc", 19 },
    { "Pd", 54 }, { "Pe", 146 }, { "Pf", 22 }, { "Pi", 25 }, { "Po", 459 },
    { "Ps", 150 }, { "S", 626 }, { "Sc", 69 }, { "Sk", 89 }, { "Sm", 166 },
    { "So", 527 }, { "Z", 22 }, { "Zl", 3 }, { "Zp", 3 }, { "Zs", 20 },
    { NULL, 0 }
};

static const char *const  chatops_regex_scripts[] = {
    "Adlam", "Ahom", "Anatolian_Hieroglyphs", "Arabic", "Armenian", "Avestan",
    "Balinese", "Bamum", "Bassa_Vah", "Batak", "Bengali", "Bhaiksuki",
    "Bopomofo", "Brahmi", "Braille", "Buginese", "Buhid",
    "Canadian_Aboriginal", "Carian", "Caucasian_Albanian", "Chakma", "Cham",
    "Cherokee", "Chorasmian", "Common", "Coptic", "Cuneiform", "Cypriot",
    "Cypro_Minoan", "Cyrillic", "Deseret", "Devanagari", "Dives_Akuru",
    "Dogra", "Duployan", "Egyptian_Hieroglyphs", "Elbasan", "Elymaic",
    "Ethiopic", "Georgian", "Glagolitic", "Gothic", "Grantha", "Greek",
    "Gujarati", "Gunjala_Gondi", "Gurmukhi", "Han", "Hangul",
    "Hanifi_Rohingya", "Hanunoo", "Hatran", "Hebrew", "Hiragana",
    "Imperial_Aramaic", "Inherited", "Inscriptional_Pahlavi",
    "Inscriptional_Parthian", "Javanese", "Kaithi", "Kannada", "Katakana",
    "Kawi", "Kayah_Li", "Kharoshthi", "Khitan_Small_Script", "Khmer",
    "Khojki", "Khudawadi", "Lao", "Latin", "Lepcha", "Limbu", "Linear_A",
    "Linear_B", "Lisu", "Lycian", "Lydian", "Mahajani", "Makasar",
    "Malayalam", "Mandaic", "Manichaean", "Marchen", "Masaram_Gondi",
    "Medefaidrin", "Meetei_Mayek", "Mende_Kikakui", "Meroitic_Cursive",
    "Meroitic_Hieroglyphs", "Miao", "Modi", "Mongolian", "Mro", "Multani",
    "Myanmar", "Nabataean", "Nag_Mundari", "Nandinagari", "New_Tai_Lue",
    "Newa", "Nko", "Nushu", "Nyiakeng_Puachue_Hmong", "Ogham", "Ol_Chiki",
    "Old_Hungarian", "Old_Italic", "Old_North_Arabian", "Old_Permic",
    "Old_Persian", "Old_Sogdian", "Old_South_Arabian", "Old_Turkic",
    "Old_Uyghur", "Oriya", "Osage", "Osmanya", "Pahawh_Hmong", "Palmyrene",
    "Pau_Cin_Hau", "Phags_Pa", "Phoenician", "Psalter_Pahlavi", "Rejang",
    "Runic", "Samaritan", "Saurashtra", "Sharada", "Shavian", "Siddham",
    "SignWriting", "Sinhala", "Sogdian", "Sora_Sompeng", "Soyombo",
    "Sundanese", "Syloti_Nagri", "Syriac", "Tagalog", "Tagbanwa", "Tai_Le",
    "Tai_Tham", "Tai_Viet", "Takri", "Tamil", "Tangsa", "Tangut", "Telugu",
    "Thaana", "Thai", "Tibetan", "Tifinagh", "Tirhuta", "Toto", "Ugaritic",
    "Vai", "Vithkuqi", "Wancho", "Warang_Citi", "Yezidi", "Yi",
    "Zanabazar_Square", NULL
};

/* Those that PCRE2 takes for something else, or not at all. */

static const struct {
    const char  *name;
    uint32_t     cost;
    const char  *pattern;
} chatops_regex_others[] = {
    { "Any", 10, "[\\x{0}-\\x{10ffff}]" },
    { "C", 101, "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}]" },
    { CHATOPS_REGEX_NAMES, 0,
      "[\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]" },
    { NULL, 0, NULL }
};


static int chatops_regex_property_pattern(const chatops_str_t *name,
    chatops_buf_t *buf, uint32_t *cost);
static void *chatops_regex_alloc(size_t size, void *data);
static void chatops_regex_free(void *p, void *data);


int
chatops_regex_property_make(chatops_arena_t *arena,
    const chatops_str_t *name, chatops_regex_property_t *property)
{
    int                      code;
    PCRE2_SIZE               offset;
    uint32_t                 i;
    chatops_buf_t            buf;
    chatops_str_t            pattern;
    pcre2_match_data        *data;
    pcre2_general_context   *memory;
    pcre2_compile_context   *context;

    memset(property, 0, sizeof(chatops_regex_property_t));
    property->name = *name;

    chatops_buf_init(&buf, arena, 128);

    if (chatops_regex_property_pattern(name, &buf, &property->cost)
        != CHATOPS_OK)
    {
        return CHATOPS_DECLINED;
    }

    if (chatops_buf_finish(&buf, &pattern) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    memory = chatops_regex_memory(arena);
    if (memory == NULL) {
        return CHATOPS_ERROR;
    }

    context = pcre2_compile_context_create(memory);
    data = pcre2_match_data_create(1, memory);

    if (context == NULL || data == NULL) {
        return CHATOPS_ERROR;
    }

    property->code = pcre2_compile(pattern.data, pattern.len,
                                   PCRE2_UTF|PCRE2_ANCHORED, &code, &offset,
                                   context);

    if (property->code == NULL) {

        /* of a version of Unicode that this PCRE2 does not know yet: AGAIN */

        return code == PCRE2_ERROR_HEAP_FAILED ? CHATOPS_ERROR
                                               : CHATOPS_AGAIN;
    }

    for (i = 0; i < 128; i++) {
        if (chatops_regex_property_has(property, i, data)) {
            property->ascii[i / 32] |= (uint32_t) 1 << i % 32;
        }
    }

    return CHATOPS_OK;
}


int
chatops_regex_property_has(const chatops_regex_property_t *property,
    uint32_t rune, pcre2_match_data *data)
{
    size_t  len;
    u_char  text[4];

    if (rune < 0x80) {
        text[0] = (u_char) rune;
        len = 1;

    } else if (rune < 0x800) {
        text[0] = (u_char) (0xc0 | rune >> 6);
        text[1] = (u_char) (0x80 | (rune & 0x3f));
        len = 2;

    } else if (rune < 0x10000) {
        text[0] = (u_char) (0xe0 | rune >> 12);
        text[1] = (u_char) (0x80 | (rune >> 6 & 0x3f));
        text[2] = (u_char) (0x80 | (rune & 0x3f));
        len = 3;

    } else {
        text[0] = (u_char) (0xf0 | rune >> 18);
        text[1] = (u_char) (0x80 | (rune >> 12 & 0x3f));
        text[2] = (u_char) (0x80 | (rune >> 6 & 0x3f));
        text[3] = (u_char) (0x80 | (rune & 0x3f));
        len = 4;
    }

    return pcre2_match(property->code, text, len, 0, PCRE2_NO_UTF_CHECK, data,
                       NULL)
           >= 0;
}


/* Scripts are Script, as RE2's, and not Script_Extensions. */

static int
chatops_regex_property_pattern(const chatops_str_t *name, chatops_buf_t *buf,
    uint32_t *cost)
{
    size_t       i;
    const char  *prefix;

    for (i = 0; chatops_regex_others[i].name != NULL; i++) {
        if (chatops_str_is(name, chatops_regex_others[i].name)) {
            *cost = chatops_regex_others[i].cost;
            chatops_buf_text(buf, chatops_regex_others[i].pattern);
            return CHATOPS_OK;
        }
    }

    prefix = NULL;

    for (i = 0; chatops_regex_categories[i].name != NULL; i++) {
        if (chatops_str_is(name, chatops_regex_categories[i].name)) {
            *cost = chatops_regex_categories[i].cost;
            prefix = "\\p{";
        }
    }

    for (i = 0; chatops_regex_scripts[i] != NULL; i++) {
        if (chatops_str_is(name, chatops_regex_scripts[i])) {
            *cost = CHATOPS_REGEX_SCRIPT_COST;

#if PCRE2_MAJOR > 10 || PCRE2_MINOR >= 40
            prefix = "\\p{sc:";
#else
            prefix = "\\p{";
#endif
        }
    }

    if (prefix == NULL) {
        return CHATOPS_DECLINED;
    }

    chatops_buf_text(buf, prefix);
    chatops_buf_str(buf, name);
    chatops_buf_char(buf, '}');

    return CHATOPS_OK;
}


pcre2_general_context *
chatops_regex_memory(chatops_arena_t *arena)
{
    return pcre2_general_context_create(chatops_regex_alloc,
                                        chatops_regex_free, arena);
}


static void *
chatops_regex_alloc(size_t size, void *data)
{
    return chatops_palloc(data, size);
}


static void
chatops_regex_free(void *p, void *data)
{
    (void) p;
    (void) data;
}
