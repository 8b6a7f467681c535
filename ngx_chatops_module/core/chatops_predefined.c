
#include "chatops_predefined.h"


#define CHATOPS_PREDEFINED_MAX_SLUG   63
#define CHATOPS_PREDEFINED_SHORT_SHA  8


typedef struct {
    chatops_arena_t              *arena;
    const chatops_predefined_t   *known;
    chatops_variables_t          *variables;
    unsigned                      failed:1;
} chatops_predefined_make_t;


/* Every GitLab has these. */

static const struct {
    chatops_str_t  name;
    chatops_str_t  value;
} chatops_predefined_constants[] = {
    { chatops_string("CI"), chatops_string("true") },
    { chatops_string("GITLAB_CI"), chatops_string("true") },
    { chatops_string("CI_SERVER_NAME"), chatops_string("GitLab") },
    { chatops_null_string, chatops_null_string }
};


/*
 * What only the pipelines of these sources have; without a source, what no
 * rule sees, since the job or its runner brings it.
 */

static const struct {
    const char          *sources[3];
    const char *const   *names;
} chatops_predefined_special[] = {

    { { NULL, NULL, NULL }, (const char *const []) {
        "CI_BUILDS_DIR", "CI_CONCURRENT_ID", "CI_CONCURRENT_PROJECT_ID",
        "CI_DEPLOY_PASSWORD", "CI_DEPLOY_USER", "CI_DISPOSABLE_ENVIRONMENT",
        "CI_JOB_ID", "CI_JOB_STARTED_AT", "CI_JOB_STATUS", "CI_JOB_TIMEOUT",
        "CI_JOB_TOKEN", "CI_JOB_URL", "CI_PIPELINE_ID", "CI_PIPELINE_URL",
        "CI_PROJECT_DIR", "CI_REGISTRY_PASSWORD", "CI_REGISTRY_USER",
        "CI_REPOSITORY_URL", "CI_RUNNER_DESCRIPTION",
        "CI_RUNNER_EXECUTABLE_ARCH", "CI_RUNNER_ID", "CI_RUNNER_REVISION",
        "CI_RUNNER_SHORT_TOKEN", "CI_RUNNER_TAGS", "CI_RUNNER_VERSION",
        "CI_SERVER", NULL } },

    { { "merge_request_event", NULL, NULL }, (const char *const []) {
        "CI_MERGE_REQUEST_APPROVED", "CI_MERGE_REQUEST_ASSIGNEES",
        "CI_MERGE_REQUEST_DESCRIPTION",
        "CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_MERGE_REQUEST_DIFF_ID",
        "CI_MERGE_REQUEST_DRAFT", "CI_MERGE_REQUEST_EVENT_TYPE",
        "CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID",
        "CI_MERGE_REQUEST_LABELS", "CI_MERGE_REQUEST_MILESTONE",
        "CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_PATH",
        "CI_MERGE_REQUEST_PROJECT_URL", "CI_MERGE_REQUEST_REF_PATH",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_URL",
        "CI_MERGE_REQUEST_SQUASH_ON_MERGE",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        "CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_TITLE",
        NULL } },

    { { "external_pull_request_event", NULL, NULL }, (const char *const []) {
        "CI_EXTERNAL_PULL_REQUEST_IID",
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA",
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", NULL } },

    { { "schedule", NULL, NULL }, (const char *const []) {
        "CI_PIPELINE_SCHEDULE_DESCRIPTION", NULL } },

    { { "trigger", "pipeline", NULL }, (const char *const []) {
        "CI_PIPELINE_TRIGGERED", "CI_TRIGGER_SHORT_TOKEN", "TRIGGER_PAYLOAD",
        NULL } },

    { { "pipeline", "parent_pipeline", NULL }, (const char *const []) {
        "CI_UPSTREAM_JOB_ID", "CI_UPSTREAM_PIPELINE_ID",
        "CI_UPSTREAM_PROJECT_ID", NULL } }
};


static void chatops_predefined_ref(chatops_predefined_make_t *make);
static void chatops_predefined_project(chatops_predefined_make_t *make);
static void chatops_predefined_gitlab(chatops_predefined_make_t *make);
static void chatops_predefined_others(chatops_predefined_make_t *make);
static int chatops_predefined_may_have(const chatops_str_t *source,
    const char *const *sources);
static void chatops_predefined_set(chatops_predefined_make_t *make,
    const char *name, const chatops_str_t *value);
static void chatops_predefined_unset(chatops_predefined_make_t *make,
    const char *name);
static void chatops_predefined_join(chatops_predefined_make_t *make,
    const char *name, const chatops_str_t *url, const chatops_str_t *path);
static void chatops_predefined_slug(chatops_predefined_make_t *make,
    const char *name, const chatops_str_t *value);
static size_t chatops_predefined_slug_char(const u_char *p, size_t len,
    u_char *slug);


int
chatops_predefined_make(chatops_arena_t *arena,
    const chatops_predefined_t *predefined, unsigned open,
    chatops_variables_t **variables)
{
    chatops_str_t              sha;
    chatops_predefined_make_t  make;

    *variables = chatops_variables_create(arena, NULL);
    if (*variables == NULL) {
        return CHATOPS_ERROR;
    }

    make.arena = arena;
    make.known = predefined;
    make.variables = *variables;
    make.failed = 0;

    if (open) {
        chatops_variables_open(*variables, CHATOPS_UNKNOWN);
        chatops_predefined_others(&make);
    }

    chatops_predefined_set(&make, "CI_PIPELINE_SOURCE", &predefined->source);
    chatops_predefined_set(&make, "CI_DEFAULT_BRANCH",
                           &predefined->default_branch);
    chatops_predefined_set(&make, "CI_COMMIT_SHA", &predefined->sha);

    sha = predefined->sha;

    if (sha.len > CHATOPS_PREDEFINED_SHORT_SHA) {
        sha.len = CHATOPS_PREDEFINED_SHORT_SHA;
    }

    chatops_predefined_set(&make, "CI_COMMIT_SHORT_SHA", &sha);

    chatops_predefined_ref(&make);
    chatops_predefined_project(&make);
    chatops_predefined_gitlab(&make);

    return make.failed ? CHATOPS_ERROR : CHATOPS_OK;
}


static void
chatops_predefined_ref(chatops_predefined_make_t *make)
{
    const chatops_predefined_t  *known;

    known = make->known;

    chatops_predefined_set(make, "CI_COMMIT_REF_NAME", &known->ref);
    chatops_predefined_slug(make, "CI_COMMIT_REF_SLUG", &known->ref);

    if (chatops_str_is(&known->source, "merge_request_event")) {
        chatops_predefined_unset(make, "CI_COMMIT_BRANCH");
        chatops_predefined_unset(make, "CI_COMMIT_TAG");
        return;
    }

    chatops_predefined_set(make, known->tag ? "CI_COMMIT_TAG"
                                            : "CI_COMMIT_BRANCH", &known->ref);
}


static void
chatops_predefined_project(chatops_predefined_make_t *make)
{
    u_char         *slash;
    size_t          i;
    chatops_str_t   name, path, space, root;

    path = make->known->project;
    slash = NULL;

    for (i = path.len; i != 0 && slash == NULL; i--) {
        if (path.data[i - 1] == '/') {
            slash = path.data + i - 1;
        }
    }

    chatops_predefined_set(make, "CI_PROJECT_PATH", &path);
    chatops_predefined_slug(make, "CI_PROJECT_PATH_SLUG", &path);

    if (slash == NULL) {
        return;
    }

    space = chatops_strn(path.data, slash - path.data);
    name = chatops_strn(slash + 1, path.data + path.len - slash - 1);
    root = space;

    slash = chatops_str_find(&space, 0, "/", 1);

    if (slash != NULL) {
        root.len = slash - space.data;
    }

    chatops_predefined_set(make, "CI_PROJECT_NAME", &name);
    chatops_predefined_set(make, "CI_PROJECT_NAMESPACE", &space);
    chatops_predefined_slug(make, "CI_PROJECT_NAMESPACE_SLUG", &space);
    chatops_predefined_set(make, "CI_PROJECT_ROOT_NAMESPACE", &root);
}


/* What is in the URL, which is http(s)://host[:port][/path] */

static void
chatops_predefined_gitlab(chatops_predefined_make_t *make)
{
    u_char         *p;
    size_t          i;
    chatops_str_t   url, protocol, host, port, path;

    url = make->known->gitlab;

    while (url.len != 0 && url.data[url.len - 1] == '/') {
        url.len--;
    }

    p = chatops_str_find(&url, 0, "://", 3);

    if (p == NULL) {
        return;
    }

    protocol = chatops_strn(url.data, p - url.data);
    host = chatops_strn(p + 3, url.data + url.len - p - 3);
    port = chatops_str(chatops_str_is(&protocol, "https") ? "443" : "80");

    for (i = 0; i < host.len && host.data[i] != '/'; i++) {
        /* void */
    }

    path = chatops_strn(host.data + i, host.len - i);
    host.len = i;

    if (path.len == 0) {
        chatops_predefined_set(make, "CI_SERVER_FQDN", &host);
    }

    /* an IPv6 address has colons and ends in a bracket */

    for (i = host.len; i != 0 && host.data[i - 1] != ']'; i--) {
        if (host.data[i - 1] == ':') {
            port = chatops_strn(host.data + i, host.len - i);
            host.len = i - 1;
            break;
        }
    }

    chatops_predefined_set(make, "CI_SERVER_URL", &url);
    chatops_predefined_set(make, "CI_SERVER_PROTOCOL", &protocol);
    chatops_predefined_set(make, "CI_SERVER_HOST", &host);
    chatops_predefined_set(make, "CI_SERVER_PORT", &port);

    path = chatops_str("api/v4");
    chatops_predefined_join(make, "CI_API_V4_URL", &url, &path);

    path = chatops_str("api/graphql");
    chatops_predefined_join(make, "CI_API_GRAPHQL_URL", &url, &path);

    if (make->known->project.len != 0) {
        chatops_predefined_join(make, "CI_PROJECT_URL", &url,
                                &make->known->project);
    }
}


/* What is the same everywhere, and what such a pipeline cannot have. */

static void
chatops_predefined_others(chatops_predefined_make_t *make)
{
    size_t  i, j;

    for (i = 0; chatops_predefined_constants[i].name.len != 0; i++) {
        if (chatops_variables_set(make->variables,
                                  &chatops_predefined_constants[i].name,
                                  &chatops_predefined_constants[i].value)
            != CHATOPS_OK)
        {
            make->failed = 1;
        }
    }

    if (make->known->ref.len != 0) {

        if (make->known->tag) {
            chatops_predefined_unset(make, "CI_COMMIT_BRANCH");

        } else {
            chatops_predefined_unset(make, "CI_COMMIT_TAG");
            chatops_predefined_unset(make, "CI_COMMIT_TAG_MESSAGE");
            chatops_predefined_unset(make, "CI_RELEASE_DESCRIPTION");
        }
    }

    for (i = 0; i < sizeof(chatops_predefined_special)
                    / sizeof(chatops_predefined_special[0]); i++)
    {
        if (chatops_predefined_may_have(&make->known->source,
                                     chatops_predefined_special[i].sources))
        {
            continue;
        }

        for (j = 0; chatops_predefined_special[i].names[j] != NULL; j++) {
            chatops_predefined_unset(make,
                                     chatops_predefined_special[i].names[j]);
        }
    }
}


/* A source that is not known may be any of them. */

static int
chatops_predefined_may_have(const chatops_str_t *source,
    const char *const *sources)
{
    size_t  i;

    for (i = 0; sources[i] != NULL; i++) {
        if (source->len == 0 || chatops_str_is(source, sources[i])) {
            return 1;
        }
    }

    return 0;
}


static void
chatops_predefined_set(chatops_predefined_make_t *make, const char *name,
    const chatops_str_t *value)
{
    chatops_str_t  key;

    if (value->len == 0) {
        return;
    }

    key = chatops_str(name);

    if (chatops_variables_set(make->variables, &key, value) != CHATOPS_OK) {
        make->failed = 1;
    }
}


static void
chatops_predefined_unset(chatops_predefined_make_t *make, const char *name)
{
    chatops_str_t  key;

    key = chatops_str(name);

    if (chatops_variables_set_undefined(make->variables, &key) != CHATOPS_OK) {
        make->failed = 1;
    }
}


static void
chatops_predefined_join(chatops_predefined_make_t *make, const char *name,
    const chatops_str_t *url, const chatops_str_t *path)
{
    chatops_buf_t  buf;
    chatops_str_t  text;

    chatops_buf_init(&buf, make->arena, url->len + path->len + 1);
    chatops_buf_str(&buf, url);
    chatops_buf_char(&buf, '/');
    chatops_buf_str(&buf, path);

    if (chatops_buf_finish(&buf, &text) != CHATOPS_OK) {
        make->failed = 1;
        return;
    }

    chatops_predefined_set(make, name, &text);
}


/*
 * In small letters, a `-` for each character that is neither letter nor
 * digit, 63 of them, none of them `-` at either end; repeated ones stay
 * (GitLab: Gitlab::Utils.slugify).  It can be empty, which is known too.
 */

static void
chatops_predefined_slug(chatops_predefined_make_t *make, const char *name,
    const chatops_str_t *value)
{
    size_t         i, n, len;
    u_char        *data;
    chatops_str_t  key, slug;

    if (value->len == 0) {
        return;
    }

    data = chatops_palloc(make->arena, CHATOPS_PREDEFINED_MAX_SLUG + 1);

    if (data == NULL) {
        make->failed = 1;
        return;
    }

    n = 0;

    for (i = 0; i < value->len && n < CHATOPS_PREDEFINED_MAX_SLUG; n++) {
        len = chatops_predefined_slug_char(value->data + i, value->len - i,
                                           data + n);

        /* a dotted capital I leaves its dot behind, a character */

        if (data[n] == 'i' && len == 2 && n + 1 < CHATOPS_PREDEFINED_MAX_SLUG)
        {
            data[++n] = '-';
        }

        i += len;
    }

    slug = chatops_strn(data, n);

    while (slug.len != 0 && slug.data[slug.len - 1] == '-') {
        slug.len--;
    }

    while (slug.len != 0 && slug.data[0] == '-') {
        slug.data++;
        slug.len--;
    }

    key = chatops_str(name);

    if (chatops_variables_set(make->variables, &key, &slug) != CHATOPS_OK) {
        make->failed = 1;
    }
}


/* One character of the slug, and how many bytes it comes from. */

static size_t
chatops_predefined_slug_char(const u_char *p, size_t len, u_char *slug)
{
    size_t  n;

    n = chatops_utf8_length(p, len);

    if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')) {
        *slug = *p;

    } else if (*p >= 'A' && *p <= 'Z') {
        *slug = *p | 0x20;

    } else if (n == 3 && memcmp(p, "\xe2\x84\xaa", 3) == 0) {

        /* the sign of kelvins is a small k when it is small */

        *slug = 'k';

    } else if (n == 2 && memcmp(p, "\xc4\xb0", 2) == 0) {
        *slug = 'i';

    } else {
        *slug = '-';
    }

    return n == 0 ? 1 : n;
}
