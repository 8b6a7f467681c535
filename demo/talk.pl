#!/usr/bin/perl

# talk.pl SLACK_PORT NGINX_PORT SIGNING_SECRET
#
# Types commands into the stand-in for Slack, and shows what a person would
# see.  Ends with 0 when that is what it should be.

use strict;
use warnings;

use HTTP::Tiny;
use JSON::PP;
use Time::HiRes qw(sleep time);

binmode STDOUT, ':utf8';
$| = 1;

my ($slack_port, $nginx_port, $secret) = @ARGV;
my %people = (U0001 => 'alice');
my ($bold, $dim, $plain) = -t STDOUT ? ("\e[1m", "\e[2m", "\e[0m")
                                     : ('', '', '');
my $http = HTTP::Tiny->new(timeout => 30);
my $seen = 0;
my $right = 1;

control('reset', { secret => $secret,
                   url => "http://127.0.0.1:$nginx_port/chatops" });

talk('/gitlab run hello-world',
     answer => qr/`hello-world` is scheduled/, reply => qr/Hello World\./);
talk('/gitlab run ls',
     answer => qr/`ls` is scheduled/, reply => qr/README\.md/,
     never => qr/will not be shown/);
talk('/gitlab run helo-world',
     answer => qr/There is no job `helo-world`/);

exit($right ? 0 : 1);


# Types a command; the answer, and the reply if there is to be one, are shown
# and compared.
sub talk {
    my ($typed, %expected) = @_;

    my $command = control('command', { typed => $typed })->[0];
    my $public = ($command->{visibility} // '') eq 'in_channel';

    say_as('alice', $typed);
    say_as('ChatOps', $command->{text} // '',
           ($public ? () : 'only alice sees this'),
           sprintf 'after %d ms', $command->{ms});

    expect('the answer', $command->{text}, $expected{answer});

    return unless $expected{reply};

    my $post = next_post();

    if (!$post) {
        print "    no reply came\n";
        $right = 0;
        return;
    }

    say_as('ChatOps', $post->{text},
           sprintf 'after %.1f s', $post->{at} - $command->{issued_at});

    expect('the reply', $post->{text}, $expected{reply});

    if ($expected{never} && $post->{text} =~ $expected{never}) {
        print "    it should not show $expected{never}\n";
        $right = 0;
    }
}


sub next_post {
    my $until = time + 30;

    while (time < $until) {
        my $posts = control('posts');
        return $posts->[$seen++] if @$posts > $seen;
        sleep 0.05;
    }

    return;
}


sub expect {
    my ($what, $text, $pattern) = @_;

    return if ($text // '') =~ $pattern;

    print "    $what should be like $pattern\n";
    $right = 0;
}


# As Slack shows it: mentions, links, code blocks and the three escapes.
sub say_as {
    my ($who, $text, @notes) = @_;

    $text =~ s/<\@(\w+)>/'@' . ($people{$1} || $1)/ge;
    $text =~ s/<(http[^|>]+)\|([^>]+)>/$2 ($1)/g;
    $text =~ s/<(http[^>]+)>/$1/g;
    $text =~ s/&lt;/</g;
    $text =~ s/&gt;/>/g;
    $text =~ s/&amp;/&/g;
    $text =~ s/^```\n?//gm;
    $text =~ s/\n?```$//gm;
    $text =~ s/\s+\z//;
    $text =~ s/\n/\n           /g;

    printf "  %s%-8s%s %s\n", $bold, $who, $plain, $text;
    printf "           %s(%s)%s\n", $dim, join(', ', @notes), $plain if @notes;
}


sub control {
    my ($path, $json) = @_;

    my $url = "http://127.0.0.1:$slack_port/_control/$path";
    my $answer = $json
        ? $http->post($url, { content => encode_json($json), headers =>
              { 'Content-Type' => 'application/json' } })
        : $http->get($url);

    die "$path: $answer->{status} $answer->{content}\n"
        unless $answer->{success};

    return decode_json($answer->{content});
}
