package Test::Nginx::Response;

# One HTTP response, taken off the front of what was read.

use strict;
use warnings;

# Returns (response, rest, error). A response is { status, raw_headers,
# headers, body }; nothing read is an empty one.
sub parse {
    my ($data, $method, $http09) = @_;

    my %response =
        (status => '', raw_headers => '', headers => {}, body => '');

    if ($http09) {
        return { %response, status => 200, body => $data }, '', undef;
    }

    if ($data !~ /\A(HTTP\/\d\.\d[ ]+(\d{3}).*?\r?\n)\r?\n/s) {
        return \%response, '', undef;
    }

    $response{raw_headers} = $1;
    $response{status} = $2;
    my $rest = substr $data, $+[0];

    $response{headers} = _headers($1);

    my ($body, $left, $error) = _body(\%response, $method, $rest);

    if (defined $error && !defined $body) {
        return { %response, status => '', body => undef, headers => {},
            raw_headers => '' }, '', $error;
    }

    $response{body} = $body;

    return \%response, $left, $error;
}

# The values of a header, joined as if it were one.
sub header {
    my ($response, $name) = @_;

    my $values = $response->{headers}{ lc $name } or return;

    return join ', ', @$values;
}

sub _headers {
    my ($raw) = @_;

    my (undef, @lines) = split /\r?\n/, $raw;
    my %headers;

    for my $line (@lines) {
        my ($name, $value) = $line =~ /^([^:]+?)\s*:\s*(.*?)\s*$/ or next;

        push @{ $headers{ lc $name } }, $value;
    }

    return \%headers;
}

sub _body {
    my ($response, $method, $rest) = @_;

    my $status = $response->{status};

    if ($method eq 'HEAD' || $status == 204 || $status == 304) {
        return '', $rest;
    }

    if ((header($response, 'Transfer-Encoding') // '') =~ /\bchunked\b/i) {
        return _chunked($rest);
    }

    my $length = header($response, 'Content-Length');

    return $rest, '' if !defined $length || $length !~ /^\d+$/;

    if (length $rest < $length) {
        return $rest, '', "response body truncated: $length expected, but got "
            . length $rest;
    }

    return substr($rest, 0, $length), substr($rest, $length);
}

sub _chunked {
    my ($rest) = @_;

    my $body = '';
    my $all = $rest;

    while ($rest =~ s/\A([0-9a-fA-F]+)[ \t]*(?:;[^\n]*)?\r\n//) {
        my $size = hex $1;

        if ($size == 0) {
            # trailers
            return $body, $rest if $rest =~ s/\A(?:[^\r\n]+\r\n)*\r\n//;
            last;
        }

        last if length $rest < $size + 2;

        $body .= substr $rest, 0, $size;
        $rest = substr $rest, $size;

        last if $rest !~ s/\A\r\n//;
    }

    return undef, '', "no last chunk found - $all";
}

1;
