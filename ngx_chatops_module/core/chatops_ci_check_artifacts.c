#include <ctype.h>

#include "chatops_ci_check.h"


#define CHATOPS_CHECK_MAX_EXPOSED  100   /* characters */


static const chatops_check_duration_t  chatops_check_expire_in = {
    0, NULL, 1, 0
};


static void
chatops_check_coverage_report(chatops_check_t *check,
    const chatops_check_at_t *at, const chatops_yaml_node_t *node,
    const void *arg)
{
    chatops_check_mapping(check, at, node, arg);

    if (node->type != CHATOPS_YAML_MAPPING) {
        return;
    }

    if (chatops_check_get(node, "coverage_format") == NULL) {
        chatops_check_missing(check, at, node, "it has no `coverage_format`");
    }

    if (chatops_check_get(node, "path") == NULL) {
        chatops_check_missing(check, at, node, "it has no `path`");
    }
}


static const chatops_check_key_t  chatops_check_coverage_report_keys[] = {
    { chatops_string("coverage_format"), chatops_check_choice,
      "cobertura jacoco" },
    { chatops_string("path"), chatops_check_name, NULL },
    chatops_check_last
};

#define chatops_check_report(name)                                            \
    { chatops_string(name), chatops_check_string_or_strings, NULL }

static const chatops_check_key_t  chatops_check_report_keys[] = {
    chatops_check_report("junit"),
    { chatops_string("codequality"), NULL, NULL },
    chatops_check_report("sast"),
    chatops_check_report("secret_detection"),
    chatops_check_report("dependency_scanning"),
    chatops_check_report("container_scanning"),
    chatops_check_report("dast"),
    chatops_check_report("performance"),
    chatops_check_report("browser_performance"),
    chatops_check_report("load_performance"),
    chatops_check_report("license_scanning"),
    chatops_check_report("metrics"),
    chatops_check_report("lsif"),
    chatops_check_report("dotenv"),
    chatops_check_report("terraform"),
    chatops_check_report("accessibility"),
    chatops_check_report("coverage_fuzzing"),
    chatops_check_report("api_fuzzing"),
    chatops_check_report("cluster_image_scanning"),
    chatops_check_report("requirements"),
    chatops_check_report("requirements_v2"),
    { chatops_string("coverage_report"), chatops_check_coverage_report,
      chatops_check_coverage_report_keys },
    chatops_check_report("cyclonedx"),
    chatops_check_report("annotations"),
    chatops_check_report("repository_xray"),
    chatops_check_report("sarif"),
    chatops_check_report("scip"),
    chatops_check_last
};

static const chatops_check_key_t  chatops_check_artifacts_keys[] = {
    { chatops_string("name"), chatops_check_string, NULL },
    { chatops_string("untracked"), chatops_check_boolean, NULL },
    { chatops_string("paths"), chatops_check_strings, NULL },
    { chatops_string("reports"), chatops_check_mapping,
      chatops_check_report_keys },
    { chatops_string("when"), chatops_check_choice,
      "on_success on_failure always" },
    { chatops_string("expire_in"), chatops_check_duration,
      &chatops_check_expire_in },
    { chatops_string("expose_as"), chatops_check_string, NULL },
    { chatops_string("exclude"), chatops_check_strings, NULL },
    { chatops_string("public"), chatops_check_boolean, NULL },
    { chatops_string("access"), chatops_check_choice,
      "none developer maintainer all" },
    chatops_check_last
};


/* What `expose_as` asks of itself and of the paths. */
static void
chatops_check_exposed(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node)
{
    size_t                      i;
    const chatops_str_t        *s;
    const chatops_yaml_node_t  *name, *paths;

    name = chatops_check_get(node, "expose_as");

    if (name == NULL || !chatops_check_is_string(check, name)
        || chatops_check_is_open(check, name))
    {
        return;
    }

    s = &name->value;

    for (i = 0; i < s->len; i++) {
        if (!isalnum(s->data[i]) && s->data[i] != '_'
            && (i == 0 || (s->data[i] != '-' && s->data[i] != ' ')))
        {
            break;
        }
    }

    if (i == 0 || i != s->len || s->len > CHATOPS_CHECK_MAX_EXPOSED) {
        chatops_check_error(check, at, name, "`expose_as` can only have "
                            "letters, digits, `-`, `_` and blanks, at most "
                            "%d", CHATOPS_CHECK_MAX_EXPOSED);
    }

    paths = chatops_check_get(node, "paths");

    if (chatops_check_is_blank(check, paths)) {
        chatops_check_missing(check, at, node, "`expose_as` needs `paths`");
        return;
    }

    for (i = 0; i < paths->count && paths->items != NULL; i++) {
        s = &paths->items[i]->value;

        if (s->len != 0 && memchr(s->data, '*', s->len) != NULL) {
            chatops_check_error(check, at, paths->items[i],
                                "with `expose_as` no path can have a `*`");
            return;
        }
    }
}


void
chatops_check_artifacts(chatops_check_t *check, const chatops_check_at_t *at,
    const chatops_yaml_node_t *node, const void *arg)
{
    (void) arg;

    if (node->type != CHATOPS_YAML_MAPPING) {
        chatops_check_error(check, at, node, "it should be a mapping");
        return;
    }

    chatops_check_keys(check, at, node, chatops_check_artifacts_keys);
    chatops_check_exposed(check, at, node);

    if (chatops_check_has(node, "access")
        && chatops_check_has(node, "public"))
    {
        chatops_check_error(check, at, node, "`access` and `public` can't be "
                            "used together");
    }
}
