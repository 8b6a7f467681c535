package StandIn::Slack::Message;

# What Slack thinks of a message: docs.slack.dev/messaging/formatting-message-
# text ("Escaping text"), chat.postMessage ("text") and
# reference/block-kit/blocks for the limits.

use strict;
use warnings;

use Exporter 'import';
use Mojo::JSON 'decode_json';

our @EXPORT_OK = qw(check_message check_text);

use constant {
    TEXT_MAX    => 40_000,     # characters; longer ones are cut off
    TEXT_ADVISE => 4_000,
    BLOCKS_MAX  => 50,
    SECTION_MAX => 3_000,
    HEADER_MAX  => 150,
};

my %KNOWN = map { $_ => 1 } qw(
    text blocks attachments response_type replace_original delete_original
    thread_ts mrkdwn unfurl_links unfurl_media parse link_names
);


# The message in `bytes`, judged: { message, error, faults, advice, links }.
# `error` is set when Slack refuses it; `faults` lists what Slack takes but
# shows otherwise than meant, or what must never be posted.  Options:
# user (the only one who may be mentioned), link_origins (array; links to
# elsewhere are faults), answer (1: the answer to a command, where text may
# be missing).
sub check_message {
    my ($bytes, %option) = @_;

    my $judged = { faults => [], advice => [], links => [] };
    my $message = eval { decode_json($bytes) };

    if (ref $message ne 'HASH') {
        $judged->{error} = 'invalid_payload';
        return $judged;
    }

    $judged->{message} = $message;

    my $faults = $judged->{faults};

    for my $key (sort keys %$message) {
        push @$faults, "unknown field $key" unless $KNOWN{$key};
    }

    my $type = $message->{response_type};
    if (defined $type && $type ne 'ephemeral' && $type ne 'in_channel') {
        push @$faults, "unknown response_type $type";
    }

    my $text = $message->{text};
    if (ref $text) {
        $judged->{error} = 'invalid_payload';
        return $judged;
    }

    my $blocks = $message->{blocks};
    if (defined $blocks && !check_blocks($blocks, $judged, \%option)) {
        $judged->{error} = 'invalid_blocks';
        return $judged;
    }

    if (defined $text && $text ne '') {
        if (length $text > TEXT_MAX) {
            $judged->{error} = 'msg_too_long';
            return $judged;
        }

        if (length $text > TEXT_ADVISE) {
            push @{ $judged->{advice} }, 'text over 4000 characters';
        }

        check_text($text, $judged, \%option);
    }

    elsif (!$blocks && !$message->{attachments}
           && !$message->{delete_original} && !$option{answer})
    {
        $judged->{error} = 'no_text';
    }

    return $judged;
}


sub check_text {
    my ($text, $judged, $option) = @_;

    my $faults = $judged->{faults};

    if ($text =~ /([\x00-\x08\x0b-\x1a\x1c-\x1f\x7f])/) {
        push @$faults, sprintf 'control character 0x%02x', ord $1;
    }

    if (() = $text =~ /&(?!(?:amp|lt|gt);)/g) {
        push @$faults, 'a bare &';
    }

    my $rest = $text;

    while ($rest =~ s/<([^<>]*)>//) {
        my $inside = $1;

        if ($inside =~ /\A\@([A-Z0-9]+)\z/) {
            next if defined $option->{user} && $1 eq $option->{user};
            push @$faults, "mentions $1";
        }

        elsif ($inside =~ /\A!/) {
            push @$faults, "a special mention <$inside>";
        }

        elsif ($inside =~ /\A(https?:\/\/[^\s|"]+)(?:\|([^|\n]+))?\z/) {
            my $url = $1;
            push @{ $judged->{links} }, $url;

            my $origins = $option->{link_origins} or next;
            next if grep { index($url, "$_/") == 0 } @$origins;
            push @$faults, "a link to $url";
        }

        else {
            push @$faults, "no Slack construct <$inside>";
        }
    }

    push @$faults, 'a bare <' if $rest =~ /</;
    push @$faults, 'a bare >' if $rest =~ />/;

    my $fences = () = $text =~ /```/g;
    push @$faults, 'a code block that is not closed' if $fences % 2;

    return;
}


sub check_blocks {
    my ($blocks, $judged, $option) = @_;

    return 0 if ref $blocks ne 'ARRAY' || @$blocks > BLOCKS_MAX;

    for my $block (@$blocks) {
        return 0 if ref $block ne 'HASH' || !defined $block->{type};

        my $text = $block->{text};
        next unless defined $text;
        return 0 if ref $text ne 'HASH' || !defined $text->{text};

        my $max = $block->{type} eq 'header' ? HEADER_MAX : SECTION_MAX;
        return 0 if length $text->{text} > $max;

        if (($text->{type} // '') eq 'mrkdwn') {
            check_text($text->{text}, $judged, $option);
        }
    }

    return 1;
}


1;
