package StandIn::Slack::Command;

# A slash command as Slack sends it: docs.slack.dev/interactivity/
# implementing-slash-commands and authentication/verifying-requests-from-slack.

use strict;
use warnings;

use Digest::SHA 'hmac_sha256_hex';
use Encode 'encode_utf8';
use Exporter 'import';

our @EXPORT_OK = qw(sign form_encode escape_text build_command @SIGNATURES);

# How a command can be signed.
our @SIGNATURES = qw(
    valid missing missing_timestamp malformed empty uppercase no_prefix
    truncated wrong body_changed stale future almost_stale almost_future
    not_a_number
);


sub sign {
    my ($secret, $timestamp, $body) = @_;

    return 'v0=' . hmac_sha256_hex("v0:$timestamp:$body", $secret);
}


# Pairs of [name, value], both as bytes.
sub form_encode {
    my @pairs = @_;

    return join '&', map {
        my ($name, $value) = @$_;

        for ($name, $value) {
            s/([^A-Za-z0-9\-._* ])/sprintf '%%%02X', ord $1/ge;
            tr/ /+/;
        }

        "$name=$value";
    } @pairs;
}


# Slack escapes these three, and only these, in what a person typed.
sub escape_text {
    my ($text) = @_;

    $text =~ s/&/&amp;/g;
    $text =~ s/</&lt;/g;
    $text =~ s/>/&gt;/g;

    return $text;
}


# Takes { typed => '/gitlab run x', user_id, team_id, channel_id,
# channel_name, response_url, trigger_id, secret, signature, form => { name =>
# value or undef }, body } and gives { headers, body, timestamp }.
sub build_command {
    my ($command) = @_;

    my $typed = bytes($command->{typed} // '/gitlab');
    my ($slash, $text) = $typed =~ /\A(\S+)(?:[ ](.*))?\z/s;

    my @form = (
        [token           => 'deprecated-and-not-to-be-used'],
        [team_id         => $command->{team_id} // 'T0001'],
        [team_domain     => 'example'],
        [channel_id      => $command->{channel_id} // 'C0001'],
        [channel_name    => $command->{channel_name} // 'ops'],
        [user_id         => $command->{user_id} // 'U0001'],
        [user_name       => 'whoever'],
        [command         => $slash // '/gitlab'],
        [text            => escape_text($text // '')],
        [api_app_id      => 'A0001'],
        [is_enterprise_install => 'false'],
        [response_url    => $command->{response_url}],
        [trigger_id      => $command->{trigger_id}],
    );

    my $changes = $command->{form} // {};
    my %changed;

    for my $pair (@form) {
        my $name = $pair->[0];
        next unless exists $changes->{$name};

        $changed{$name} = 1;
        $pair->[1] = $changes->{$name};
    }

    for my $name (sort grep { !$changed{$_} } keys %$changes) {
        push @form, [$name, $changes->{$name}];
    }

    my $body = defined $command->{body}
               ? bytes($command->{body})
               : form_encode(map  { [$_->[0], bytes($_->[1])] }
                             grep { defined $_->[1] } @form);

    my $kind = $command->{signature} // 'valid';
    my $timestamp = time;

    $timestamp -= 301 if $kind eq 'stale';
    $timestamp += 310 if $kind eq 'future';
    $timestamp -= 280 if $kind eq 'almost_stale';
    $timestamp += 280 if $kind eq 'almost_future';
    $timestamp = 'yesterday' if $kind eq 'not_a_number';

    my $secret = $command->{secret};
    $secret = 'another secret' if $kind eq 'wrong';

    my $signature = sign($secret, $timestamp, $body);

    $signature = 'v0=invalid-signature' if $kind eq 'malformed';
    $signature = '' if $kind eq 'empty';
    $signature = substr $signature, 3 if $kind eq 'no_prefix';
    chop $signature if $kind eq 'truncated';
    $signature =~ s/(?<==)(.+)/\U$1/ if $kind eq 'uppercase';
    $body .= '------' if $kind eq 'body_changed';

    my @headers = (
        ['User-Agent'   => 'Slackbot 1.0 (+https://api.slack.com/robots)'],
        ['Accept'       => 'application/json,*/*'],
        ['Content-Type' => $command->{content_type}
                           // 'application/x-www-form-urlencoded'],
    );

    if ($kind ne 'missing_timestamp') {
        push @headers, ['X-Slack-Request-Timestamp' => $timestamp];
    }

    if ($kind ne 'missing') {
        push @headers, ['X-Slack-Signature' => $signature];
    }

    return { headers => \@headers, body => $body, timestamp => $timestamp };
}


sub bytes {
    my ($value) = @_;

    return undef unless defined $value;
    return utf8::is_utf8($value) ? encode_utf8($value) : $value;
}


1;
