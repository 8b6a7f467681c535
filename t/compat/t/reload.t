# What the stand-ins of this project's own tests need: a preprocessor that sees
# each block right before it runs, checks while nginx still runs, and a reload
# by the pid file.

use strict;
use warnings;

use Test::Nginx::Socket 'no_plan';

no_shuffle();
no_long_string();
master_on();
workers(2);

my @Seen;

sub pid_of_nginx {
    my $file = server_root() . '/logs/nginx.pid';

    open(my $in, '<', $file) or return;
    my $pid = <$in>;

    return $pid ? $pid + 0 : undef;
}

add_block_preprocessor(sub {
    my ($block) = @_;

    my $word = $block->word;

    return if !defined $word;

    chomp $word;
    push @Seen, "before $word";

    $ENV{TEST_NGINX_WORD} = $word;
    $block->set_value(response_body => $word);
    $block->set_value(config => <<'_CONFIG_');
    location = /t { return 200 $TEST_NGINX_WORD; }
_CONFIG_
});

add_response_body_check(sub {
    my ($block, $body) = @_;

    return if !defined $block->word;

    push @Seen, "after $body";

    my $pid = pid_of_nginx();

    ok($pid && kill(0, $pid), 'nginx still runs');

    return if !defined $block->hup;

    is(kill('HUP', $pid), 1, 'nginx was told to reload');

    for (1 .. 200) {
        open(my $log, '<', server_root() . '/logs/error.log') or last;
        last if grep { /gracefully shutting down/ } <$log>;
        select undef, undef, undef, 0.02;
    }

    is(pid_of_nginx(), $pid, 'it is the same nginx after the reload');
});

run_tests();

is(join(', ', @Seen),
    'before one, after one, before two, after two, before three, after three',
    'each block was prepared right before it ran');

__DATA__

=== TEST 1: a block of our own sections
--- word
one
--- request
GET /t



=== TEST 2: another, and a reload
--- word
two
--- hup
--- request
GET /t
--- error_log
SIGHUP
--- no_error_log
[emerg]



=== TEST 3: and it goes on
--- word
three
--- request
GET /t
--- no_error_log
[alert]
