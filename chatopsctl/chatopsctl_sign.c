
#include <time.h>

#include "chatops_signature.h"
#include "chatopsctl.h"


#define CHATOPSCTL_SECRET_MAX  4096
#define CHATOPSCTL_BODY_MAX    (1024 * 1024)


static int chatopsctl_sign_body(const chatops_str_t *secret,
    const chatops_str_t *timestamp, const chatops_str_t *body);


static int
chatopsctl_sign_main(const chatopsctl_command_t *command,
    chatops_arena_t *arena, int argc, char **argv)
{
    int             ch, status;
    char            now[32];
    u_char         *end;
    int64_t         seconds;
    const char     *secret_file, *body_file;
    chatops_str_t   secret, timestamp, body;

    static const struct option  options[] = {
        { "help",        no_argument,       NULL, 'h' },
        { "secret-file", required_argument, NULL, 's' },
        { "timestamp",   required_argument, NULL, 't' },
        { "body",        required_argument, NULL, 'b' },
        { NULL,          0,                 NULL, 0 }
    };

    secret_file = NULL;
    body_file = "-";

    snprintf(now, sizeof(now), "%lld", (long long) time(NULL));
    timestamp = chatops_str(now);

    while ((ch = chatopsctl_option(command, argc, argv, options)) != -1) {
        switch (ch) {

        case 's':
            secret_file = optarg;
            break;

        case 't':
            timestamp = chatops_str(optarg);

            if (chatops_str_int(&timestamp, &seconds) != CHATOPS_OK) {
                return chatopsctl_misused(command, "--timestamp takes the "
                                          "seconds since 1970");
            }

            break;

        case 'b':
            body_file = optarg;
            break;

        case 0:
            return CHATOPSCTL_OK;

        default:
            return CHATOPSCTL_USAGE;
        }
    }

    if (secret_file == NULL) {
        return chatopsctl_misused(command, "--secret-file is missing");
    }

    if (optind < argc) {
        return chatopsctl_misused(command, "\"%s\" is one too many",
                                  argv[optind]);
    }

    status = chatopsctl_read(arena, secret_file, CHATOPSCTL_SECRET_MAX,
                             &secret);
    if (status != CHATOPSCTL_OK) {
        return status;
    }

    /* of several secrets, the first */

    secret = chatops_str_trim(&secret);
    end = chatops_str_find(&secret, 0, "\n", 1);

    if (end != NULL) {
        secret.len = end - secret.data;
        secret = chatops_str_trim(&secret);
    }

    if (secret.len == 0) {
        return chatopsctl_fail(CHATOPSCTL_INVALID, "%s: no secret in it",
                               secret_file);
    }

    status = chatopsctl_read(arena, body_file, CHATOPSCTL_BODY_MAX, &body);
    if (status != CHATOPSCTL_OK) {
        return status;
    }

    return chatopsctl_sign_body(&secret, &timestamp, &body);
}


static int
chatopsctl_sign_body(const chatops_str_t *secret,
    const chatops_str_t *timestamp, const chatops_str_t *body)
{
    int                       i, rc;
    u_char                    mac[CHATOPS_MAC_LEN];
    chatops_signature_t      *signature;
    chatops_signature_key_t  *key;

    key = chatops_signature_key_create(secret);
    signature = chatops_signature_create();

    rc = key != NULL && signature != NULL ? CHATOPS_OK : CHATOPS_ERROR;

    if (rc == CHATOPS_OK) {
        rc = chatops_signature_start(signature, key, timestamp);
    }

    if (rc == CHATOPS_OK) {
        rc = chatops_signature_add(signature, body->data, body->len);
    }

    if (rc == CHATOPS_OK) {
        rc = chatops_signature_finish(signature, mac);
    }

    chatops_signature_destroy(signature);
    chatops_signature_key_destroy(key);

    if (rc != CHATOPS_OK) {
        return chatopsctl_fail(CHATOPSCTL_FAILED, "cannot sign");
    }

    printf("X-Slack-Request-Timestamp: %.*s\nX-Slack-Signature: v0=",
           chatops_str_arg(timestamp));

    for (i = 0; i < CHATOPS_MAC_LEN; i++) {
        printf("%02x", mac[i]);
    }

    putchar('\n');

    return CHATOPSCTL_OK;
}


const chatopsctl_command_t  chatopsctl_sign = {
    "sign",
    "--secret-file FILE [--timestamp N] [--body FILE|-]",
    "signs a request's body as Slack does and prints the two headers",
    "  --secret-file FILE  the signing secret; of several lines the first\n"
    "  --timestamp N       seconds since 1970, now if not said\n"
    "  --body FILE         the body, standard input if not said\n"
    "\n"
    "  chatopsctl sign --secret-file secret --body body > headers\n"
    "  curl -H @headers --data-binary @body https://example.com/chatops\n",
    chatopsctl_sign_main
};
