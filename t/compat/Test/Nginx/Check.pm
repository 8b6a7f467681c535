package Test::Nginx::Check;

# What a block expects of an answer. One test each, in this order: the status,
# the raw headers, the headers, the body.

use strict;
use warnings;

use Digest::MD5 ();
use Digest::SHA ();
use Test::More ();
use Test::Nginx::Response;
use Test::Nginx::Util;

my %filter = (
    lc       => sub { lc $_[0] },
    lcfirst  => sub { lcfirst $_[0] },
    length   => sub { length $_[0] },
    md5_hex  => sub { Digest::MD5::md5_hex($_[0]) },
    sha1_hex => sub { Digest::SHA::sha1_hex($_[0]) },
    uc       => sub { uc $_[0] },
    ucfirst  => sub { ucfirst $_[0] },
);

# `at` is { repeat, index, many }: many answers need lists.
sub response {
    my ($block, $response, $at) = @_;

    _status($block, $response, $at);
    _raw_headers($block, $response, $at);
    _headers($block, $response, $at);
    _body($block, $response, $at);

    return;
}

# What the section expects of this very answer.
sub _expected {
    my ($block, $section, $at) = @_;

    my $value = $block->$section;

    if (ref $value eq 'ARRAY') {
        return $value->[ $at->{index} ];
    }

    if ($at->{many}) {
        bail_out($block->name . ' - You asked for many requests, the expected'
            . ' results should be arrays as well.');
    }

    return $value;
}

sub _status {
    my ($block, $response, $at) = @_;

    my $name = $block->name . ' - status code ok';

    if (defined $block->error_code_like) {
        my $like = _expected($block, 'error_code_like', $at) // '';

        Test::More::like($response->{status}, qr/$like/ms, $name);
        return;
    }

    my $expected = 200;

    if (defined $block->error_code) {
        $expected = _expected($block, 'error_code', $at);
        $expected = trim($expected) if defined $expected;
    }

    Test::More::is($response->{status}, $expected, $name);

    return;
}

sub _raw_headers {
    my ($block, $response, $at) = @_;

    my $raw = $response->{raw_headers};
    my $name = $block->name;

    if (defined $block->raw_response_headers_like) {
        my $like = _expected($block, 'raw_response_headers_like', $at) // '';

        Test::More::like($raw, qr/$like/s, "$name - raw resp headers like");
    }

    if (defined $block->raw_response_headers_unlike) {
        my $unlike =
            _expected($block, 'raw_response_headers_unlike', $at) // '';

        Test::More::unlike($raw, qr/$unlike/s,
            "$name - raw resp headers unlike");
    }

    return;
}

sub _headers {
    my ($block, $response, $at) = @_;

    my ($section) = grep { defined $block->$_ }
        qw(response_headers response_headers_like);

    return if !defined $section;

    my $name = $block->name;
    my $text = expand_section(_expected($block, $section, $at) // '', $name);
    my %told;

    for my $line (grep { /\S/ } split /\n/, $text) {
        my ($header, $value) = trim($line) =~ /^([^:]*?)\s*(?::\s*(.*))?$/s;

        # "!Name", or a name without a colon: must not be there
        my $absent = $header =~ s/^!\s*// || !defined $value;

        next if $told{ ($absent ? '!' : '') . $header }++;

        if ($absent && $section eq 'response_headers') {
            Test::More::unlike($response->{raw_headers},
                qr/^\s*\Q$header\E\s*:/ms,
                "$name - header $header not present in the raw headers");
            next;
        }

        my $got = Test::Nginx::Response::header($response, $header) // '';

        if ($section eq 'response_headers') {
            Test::More::is($got, $value, "$name - header $header ok");
            next;
        }

        $value //= '';
        Test::More::like($got, qr/^$value$/, "$name - header $header like ok");
    }

    return;
}

sub _body {
    my ($block, $response, $at) = @_;

    my $body = _filtered($block, $response->{body}, $at);
    my $name = $block->name;
    my $which = "(repeated req $at->{repeat}, req $at->{index})";

    if (defined $block->response_body || defined $block->response_body_eval) {
        my $expected = expand_section(_expected_body($block, $at), $name);

        if (ref $expected eq 'Regexp') {
            Test::More::like($body, $expected,
                "$name - response_body - like $which");

        } else {
            is_str($body, $expected,
                "$name - response_body - response is expected $which");
        }

    } elsif (defined $block->response_body_like) {
        _like($block, $body, 'response_body_like', $at);

    } elsif (defined $block->response_body_unlike) {
        _like($block, $body, 'response_body_unlike', $at);
    }

    for my $check (Test::Nginx::Util::body_checks()) {
        $check->($block, $body, $at->{index}, $at->{repeat}, 0);
    }

    return;
}

sub _expected_body {
    my ($block, $at) = @_;

    if (defined $block->response_body) {
        return _expected($block, 'response_body', $at);
    }

    my $value = eval 'package main; ' . $block->response_body_eval;

    bail_out($block->name . " - response_body_eval: $@") if $@;

    return ref $value eq 'ARRAY' ? $value->[ $at->{index} ] : $value;
}

sub _like {
    my ($block, $body, $section, $at) = @_;

    my $pattern = _expected($block, $section, $at) // '';

    $pattern = expand_section($pattern, $block->name);

    my $shown = trim(($body // '') =~ s/\s+/ /gr);
    my $name = $block->name . " - $section - response is expected ($shown)";

    if ($section eq 'response_body_like') {
        Test::More::like($body, qr/$pattern/s, $name);

    } else {
        Test::More::unlike($body, qr/$pattern/s, $name);
    }

    return;
}

# `response_body_filters`: names, code, or lists of them by answer.
sub _filtered {
    my ($block, $body, $at) = @_;

    my $section = $block->response_body_filters;

    return $body if !defined $section || !defined $body;

    my @filters = ref $section eq 'ARRAY' ? @$section
        : ref $section ? ($section) : split ' ', $section;

    if (@filters && ref $filters[0] eq 'ARRAY') {
        @filters = @{ $filters[ $at->{index} ] || [] };
    }

    for my $filter (map { ref $_ ? $_ : split ' ' } @filters) {
        my $code = ref $filter ? $filter : $filter{$filter}
            || bail_out($block->name . " - no such filter: $filter");

        $body = $code->($body);
    }

    return $body;
}

1;
