#include "ngx_chatops_answer.h"


static ngx_int_t ngx_chatops_answer_json(ngx_http_request_t *r,
    ngx_uint_t status, chatops_str_t *json);


ngx_int_t
ngx_chatops_answer(ngx_http_request_t *r, chatops_visibility_e visibility,
    chatops_str_t *text)
{
    chatops_str_t    json;
    chatops_arena_t  arena;

    arena = ngx_chatops_arena(r->pool);

    if (chatops_reply_message(&arena, visibility, text, &json) != CHATOPS_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_chatops_answer_json(r, NGX_HTTP_OK, &json);
}


ngx_int_t
ngx_chatops_answer_text(ngx_http_request_t *r, const char *text)
{
    chatops_str_t  s;

    s = chatops_str(text);

    return ngx_chatops_answer(r, CHATOPS_EPHEMERAL, &s);
}


ngx_int_t
ngx_chatops_answer_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *error)
{
    u_char         *p;
    chatops_str_t   json;

    /* the texts are ours: nothing in them needs an escape */

    json.len = sizeof("{\"error\":\"\"}") - 1 + ngx_strlen(error);

    p = ngx_pnalloc(r->pool, json.len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    json.data = p;
    ngx_sprintf(p, "{\"error\":\"%s\"}", error);

    return ngx_chatops_answer_json(r, status, &json);
}


ngx_int_t
ngx_chatops_answer_empty(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = 0;
    r->header_only = 1;

    rc = ngx_http_send_header(r);

    return rc == NGX_ERROR || rc > NGX_OK ? rc : NGX_OK;
}


static ngx_int_t
ngx_chatops_answer_json(ngx_http_request_t *r, ngx_uint_t status,
    chatops_str_t *json)
{
    ngx_int_t    rc;
    ngx_buf_t   *b;
    ngx_chain_t  out;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->pos = json->data;
    b->last = json->data + json->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    r->headers_out.status = status;
    r->headers_out.content_length_n = json->len;

    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_set(&r->headers_out.charset, "utf-8");

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, &out);
}
