#include "chatops_form.h"
#include "chatops_slack.h"


#define CHATOPS_SLACK_ID_MAX       64
#define CHATOPS_SLACK_TRIGGER_MAX  128
#define CHATOPS_SLACK_NAME_MAX     255
#define CHATOPS_SLACK_TEXT_MAX     (16 * 1024)
#define CHATOPS_SLACK_URL_MAX      1024


typedef enum {
    CHATOPS_SLACK_ID = 0,
    CHATOPS_SLACK_TRIGGER,
    CHATOPS_SLACK_NAME,
    CHATOPS_SLACK_URL,
    CHATOPS_SLACK_TEXT
} chatops_slack_type_e;


typedef struct {
    chatops_str_t           name;
    size_t                  offset;
    chatops_slack_type_e    type;
    unsigned                required;
    const char             *missing;
    const char             *malformed;
} chatops_slack_field_t;


#define chatops_slack_field(name, type, required)                             \
    { chatops_string(#name), offsetof(chatops_slack_t, name), type, required, \
      #name " is missing", #name " is malformed or too long" }


static const chatops_slack_field_t  chatops_slack_fields[] = {
    chatops_slack_field(team_id, CHATOPS_SLACK_ID, 1),
    chatops_slack_field(team_domain, CHATOPS_SLACK_NAME, 0),
    chatops_slack_field(enterprise_id, CHATOPS_SLACK_ID, 0),
    chatops_slack_field(api_app_id, CHATOPS_SLACK_ID, 0),
    chatops_slack_field(channel_id, CHATOPS_SLACK_ID, 1),
    chatops_slack_field(channel_name, CHATOPS_SLACK_NAME, 0),
    chatops_slack_field(user_id, CHATOPS_SLACK_ID, 1),
    chatops_slack_field(user_name, CHATOPS_SLACK_NAME, 0),
    chatops_slack_field(command, CHATOPS_SLACK_NAME, 1),
    chatops_slack_field(text, CHATOPS_SLACK_TEXT, 0),
    chatops_slack_field(response_url, CHATOPS_SLACK_URL, 1),
    chatops_slack_field(trigger_id, CHATOPS_SLACK_TRIGGER, 1)
};

#define CHATOPS_SLACK_FIELDS                                                  \
    (sizeof(chatops_slack_fields) / sizeof(chatops_slack_field_t))


static int chatops_slack_read(chatops_arena_t *arena,
    const chatops_str_t *body, chatops_slack_t *slack,
    chatops_str_t *ssl_check);
static chatops_str_t *chatops_slack_lookup(chatops_slack_t *slack,
    const chatops_str_t *name, unsigned *seen);
static int chatops_slack_check(chatops_slack_t *slack);
static int chatops_slack_valid(const chatops_str_t *value,
    chatops_slack_type_e type);
static size_t chatops_slack_entity(const u_char *data, size_t len,
    u_char *ch);


int
chatops_slack_parse(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_slack_t *slack)
{
    int            rc;
    chatops_str_t  text, ssl_check;

    memset(slack, 0, sizeof(chatops_slack_t));

    rc = chatops_slack_read(arena, body, slack, &ssl_check);

    if (rc == CHATOPS_DECLINED) {
        slack->error = "the form is not encoded properly";
    }

    if (rc != CHATOPS_OK) {
        return rc;
    }

    if (chatops_str_is(&ssl_check, "1")) {

        /* whatever else was sent is not to be acted upon */

        memset(slack, 0, sizeof(chatops_slack_t));
        slack->ssl_check = 1;

        return CHATOPS_OK;
    }

    if (chatops_slack_check(slack) != CHATOPS_OK) {
        return CHATOPS_DECLINED;
    }

    text = slack->text;

    if (chatops_slack_unescape(arena, &text, &slack->text) != CHATOPS_OK) {
        return CHATOPS_ERROR;
    }

    if (slack->text.len > CHATOPS_SLACK_TEXT_MAX) {
        slack->error = "text is too long";
        return CHATOPS_DECLINED;
    }

    return CHATOPS_OK;
}


static int
chatops_slack_read(chatops_arena_t *arena, const chatops_str_t *body,
    chatops_slack_t *slack, chatops_str_t *ssl_check)
{
    int             rc;
    unsigned        seen, ssl_check_seen;
    chatops_str_t   name, value, *field;
    chatops_form_t  form;

    *ssl_check = chatops_str(NULL);
    ssl_check_seen = 0;
    seen = 0;

    chatops_form_init(&form, arena, body);

    for ( ;; ) {
        rc = chatops_form_next(&form, &name, &value);

        if (rc == CHATOPS_AGAIN) {
            return CHATOPS_OK;
        }

        if (rc != CHATOPS_OK) {
            return rc;
        }

        if (chatops_str_is(&name, "ssl_check")) {

            if (!ssl_check_seen) {
                ssl_check_seen = 1;
                *ssl_check = value;
            }

            continue;
        }

        field = chatops_slack_lookup(slack, &name, &seen);

        if (field != NULL) {
            *field = value;
        }
    }
}


/* The place of a field that comes for the first time, else NULL. */

static chatops_str_t *
chatops_slack_lookup(chatops_slack_t *slack, const chatops_str_t *name,
    unsigned *seen)
{
    size_t  i;

    for (i = 0; i < CHATOPS_SLACK_FIELDS; i++) {

        if (!chatops_str_eq(name, &chatops_slack_fields[i].name)) {
            continue;
        }

        if (*seen & (1u << i)) {
            return NULL;
        }

        *seen |= 1u << i;

        return (chatops_str_t *)
                   ((u_char *) slack + chatops_slack_fields[i].offset);
    }

    return NULL;
}


static int
chatops_slack_check(chatops_slack_t *slack)
{
    size_t                        i;
    const chatops_str_t          *value;
    const chatops_slack_field_t  *field;

    for (i = 0; i < CHATOPS_SLACK_FIELDS; i++) {
        field = &chatops_slack_fields[i];
        value = (const chatops_str_t *) ((u_char *) slack + field->offset);

        if (value->len == 0) {

            if (field->required) {
                slack->error = field->missing;
                return CHATOPS_DECLINED;
            }

            continue;
        }

        if (!chatops_slack_valid(value, field->type)) {
            slack->error = field->malformed;
            return CHATOPS_DECLINED;
        }
    }

    return CHATOPS_OK;
}


static int
chatops_slack_valid(const chatops_str_t *value, chatops_slack_type_e type)
{
    u_char  ch;
    size_t  i;

    switch (type) {

    case CHATOPS_SLACK_TEXT:
        return 1;    /* measured when it has been unescaped */

    case CHATOPS_SLACK_NAME:
        return value->len <= CHATOPS_SLACK_NAME_MAX;

    case CHATOPS_SLACK_URL:

        if (value->len > CHATOPS_SLACK_URL_MAX) {
            return 0;
        }

        for (i = 0; i < value->len; i++) {
            if (value->data[i] <= ' ' || value->data[i] > '~') {
                return 0;
            }
        }

        return 1;

    case CHATOPS_SLACK_TRIGGER:

        if (value->len > CHATOPS_SLACK_TRIGGER_MAX) {
            return 0;
        }

        break;

    default: /* CHATOPS_SLACK_ID */

        if (value->len > CHATOPS_SLACK_ID_MAX) {
            return 0;
        }
    }

    for (i = 0; i < value->len; i++) {
        ch = value->data[i];

        if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
            || (ch >= '0' && ch <= '9') || ch == '_' || ch == '-')
        {
            continue;
        }

        if (ch == '.' && type == CHATOPS_SLACK_TRIGGER) {
            continue;
        }

        return 0;
    }

    return 1;
}


int
chatops_slack_unescape(chatops_arena_t *arena, const chatops_str_t *text,
    chatops_str_t *plain)
{
    u_char         ch, *q;
    size_t         n, left;
    const u_char  *p;

    if (text->len == 0 || memchr(text->data, '&', text->len) == NULL) {
        *plain = *text;
        return CHATOPS_OK;
    }

    q = chatops_palloc(arena, text->len);

    if (q == NULL) {
        return CHATOPS_ERROR;
    }

    p = text->data;
    left = text->len;
    plain->data = q;

    while (left) {
        n = chatops_slack_entity(p, left, &ch);

        *q++ = ch;
        p += n;
        left -= n;
    }

    plain->len = q - plain->data;

    return CHATOPS_OK;
}


/* The character at `data`, and how many bytes stand for it. */

static size_t
chatops_slack_entity(const u_char *data, size_t len, u_char *ch)
{
    *ch = *data;

    if (*data != '&') {
        return 1;
    }

    if (len >= 4 && memcmp(data, "&lt;", 4) == 0) {
        *ch = '<';
        return 4;
    }

    if (len >= 4 && memcmp(data, "&gt;", 4) == 0) {
        *ch = '>';
        return 4;
    }

    if (len >= 5 && memcmp(data, "&amp;", 5) == 0) {
        return 5;
    }

    return 1;
}


void
chatops_slack_escape(chatops_buf_t *buf, const chatops_str_t *text)
{
    size_t       i, from;
    const char  *entity;

    from = 0;

    for (i = 0; i < text->len; i++) {

        switch (text->data[i]) {

        case '&':
            entity = "&amp;";
            break;

        case '<':
            entity = "&lt;";
            break;

        case '>':
            entity = "&gt;";
            break;

        default:
            continue;
        }

        chatops_buf_add(buf, text->data + from, i - from);
        chatops_buf_text(buf, entity);

        from = i + 1;
    }

    if (from < text->len) {
        chatops_buf_add(buf, text->data + from, text->len - from);
    }
}


int
chatops_slack_url_allowed(const chatops_str_t *url,
    const chatops_str_t *origin)
{
    return origin->len != 0
           && url->len > origin->len
           && memcmp(url->data, origin->data, origin->len) == 0
           && url->data[origin->len] == '/';
}
