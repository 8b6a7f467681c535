package Test::Nginx::Request;

# What a block sends: a list of connections, each a list of packets
# { value, delay_before, delay_after }.

use strict;
use warnings;

use Test::Nginx::Util;

# The connections, and the methods of the requests on each (for what its
# answer may hold).
sub connections {
    my ($block) = @_;

    return _raw($block)       if defined $block->raw_request;
    return _pipelined($block) if defined $block->pipelined_requests;

    my $section = $block->request;

    if (!defined $section && defined $block->request_eval) {
        $section = eval 'package main; ' . $block->request_eval;
        bail_out($block->name . " - request_eval: $@") if $@;
    }

    bail_out($block->name . ' - Request line should be non-empty')
        if !defined $section;

    bail_out($block->name
        . ' - invalid ---request : MUST be string or array of requests')
        if ref $section && ref $section ne 'ARRAY';

    my @requests = ref $section ? @$section : ($section);
    my @connections;

    for my $index (0 .. $#requests) {
        push @connections, _connection($block, $requests[$index], $index,
            'close');
    }

    return @connections;
}

sub is_pipelined {
    my ($block) = @_;

    return defined $block->pipelined_requests && !defined $block->raw_request;
}

sub _raw {
    my ($block) = @_;

    my $section = $block->raw_request;
    my @packets = map { _packet($_) }
        ref $section eq 'ARRAY' ? @$section : ($section);
    my $delay = $block->raw_request_middle_delay;

    if (defined $delay && @packets > 1) {
        $_->{delay_before} //= parse_time($delay) for @packets[1 .. $#packets];
    }

    return {
        packets => \@packets,
        methods => [_method($packets[0]{value})],
    };
}

sub _pipelined {
    my ($block) = @_;

    my $section = $block->pipelined_requests;

    bail_out($block->name . ' - invalid entries in --- pipelined_requests')
        if ref $section ne 'ARRAY';

    my %connection = (packets => [{ value => '' }], methods => []);

    for my $index (0 .. $#$section) {
        my $one = _connection($block, $section->[$index], $index,
            $index == $#$section ? 'close' : 'keep-alive');

        $connection{packets}[0]{value} .= $_->{value} for @{ $one->{packets} };
        push @{ $connection{methods} }, @{ $one->{methods} };
    }

    return \%connection;
}

sub _packet {
    my ($packet) = @_;

    my %packet = ref $packet eq 'HASH' ? %$packet : (value => $packet);

    $packet{value} //= '';
    utf8::encode($packet{value}) if $packet{value} =~ /[^\x00-\xff]/;

    return \%packet;
}

sub _method {
    my ($text) = @_;

    return $text =~ /^(\S+)/ ? $1 : '';
}

sub _connection {
    my ($block, $request, $index, $persistence) = @_;

    my @packets = map { _packet($_) }
        ref $request eq 'ARRAY' ? @$request : ($request);

    my $name = $block->name;

    bail_out("$name - empty request") if !@packets;

    # comments and blank lines, the request line, a body
    my ($line, $rest) = $packets[0]{value} =~
        /\A(?:[ \t]*(?:\#[^\n]*)?\r?\n)*([^\n]*)\n?(.*)\z/s;

    $line = trim($line);

    bail_out("$name - Request line should be non-empty") if !length $line;

    my ($method, $target, $version, $more) = split ' ', $line;

    bail_out("$name - Request line is not valid: \"$line\"") if defined $more;

    $target  //= '/';
    $version //= 'HTTP/1.1';

    my @headers = _headers($block, $index);

    $packets[0]{value} = $rest;
    my $length = _cut_body(\@packets, \@headers);

    unshift @headers, "Connection: $persistence"
        if !grep { /^Connection:/i } @headers;
    unshift @headers, 'Host: ' . server_name() if !grep { /^Host:/i } @headers;
    push @headers, "Content-Length: $length" if defined $length;

    $packets[0]{value} = join("\r\n", "$method $target $version", @headers)
        . "\r\n\r\n" . $packets[0]{value};

    return { packets => \@packets, methods => [$method] };
}

sub _headers {
    my ($block, $index) = @_;

    my $section = $block->more_headers;

    return if !defined $section;

    if (ref $section eq 'ARRAY') {
        bail_out("--- more_headers lacks data for the ${index}th request")
            if $index > $#$section;
        $section = $section->[$index];
    }

    my @headers;

    for my $line (grep { /\S/ } split /\n/, $section // '') {
        my ($name, $value) = $line =~ /^\s*([^:]*?)\s*(?::\s*(.*))?$/s;

        push @headers, "$name: " . ($value // '');
    }

    return @headers;
}

# The blanks around a body are not of it, unless the headers tell its length.
# What is left keeps the cut of its packets. Returns the length to tell.
sub _cut_body {
    my ($packets, $headers) = @_;

    my $body = join '', map { $_->{value} } @$packets;

    return if !length $body;
    return if grep { /^(?:Content-Length|Transfer-Encoding):/ } @$headers;

    my $trimmed = trim($body);
    my $at = 0;

    for my $packet (@$packets) {
        my $length = length $packet->{value};

        $packet->{value} = $at < length $trimmed
            ? substr($trimmed, $at, $length) : '';
        $at += $length;
    }

    return length $trimmed;
}

1;
