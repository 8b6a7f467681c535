package Test::Nginx::Skip;

# Blocks that are not run here.

use strict;
use warnings;

use Test::More ();
use Test::Nginx::Server;
use Test::Nginx::Util;

my %compare = (
    '<'  => sub { $_[0] <  0 },
    '<=' => sub { $_[0] <= 0 },
    '==' => sub { $_[0] == 0 },
    '!=' => sub { $_[0] != 0 },
    '>'  => sub { $_[0] >  0 },
    '>=' => sub { $_[0] >= 0 },
);

my $OP = qr/[<>]=?|[!=]=/;
my $NUMBER = qr/\d[\w.]*/;

# True: skipped, and counted.
sub skip {
    my ($block) = @_;

    for my $section (qw(skip_nginx skip_nginx2 skip_openssl skip_eval todo)) {
        next if !defined $block->$section;

        my ($count, $reason) = __PACKAGE__->can("_$section")->($block);

        next if !defined $reason;

        my $builder = Test::More->builder;
        my $how = $section eq 'todo' ? 'todo_skip' : 'skip';

        $builder->$how($block->name . " - $reason")
            for 1 .. $count * repeat_each();

        return 1;
    }

    return 0;
}

sub _invalid {
    my ($block, $section) = @_;

    return bail_out($block->name . " - Invalid --- $section spec: "
        . $block->$section);
}

sub _skip_nginx {
    my ($block) = @_;

    my ($count, $op, $version) =
        $block->skip_nginx =~ /^\s*(\d+)\s*:\s*($OP)\s*($NUMBER)\s*$/
        or _invalid($block, 'skip_nginx');

    return if !_holds(Test::Nginx::Server::versions()->{nginx}, $op, $version);

    return $count, "nginx version $op $version";
}

sub _skip_nginx2 {
    my ($block) = @_;

    my ($count, $op1, $version1, $junction, $op2, $version2) =
        $block->skip_nginx2 =~ /^\s*(\d+)\s*:\s*($OP)\s*($NUMBER)
            \s*(and|or)\s*($OP)\s*($NUMBER)\s*$/x
        or _invalid($block, 'skip_nginx2');

    my $ours = Test::Nginx::Server::versions()->{nginx};
    my $first  = _holds($ours, $op1, $version1);
    my $second = _holds($ours, $op2, $version2);

    return if !($junction eq 'and' ? $first && $second : $first || $second);

    return $count, 'various reasons';
}

sub _skip_openssl {
    my ($block) = @_;

    my ($count, $op, $version) =
        $block->skip_openssl =~ /^\s*(\d+)\s*:\s*($OP)\s*($NUMBER)\s*$/
        or _invalid($block, 'skip_openssl');

    my $ours = Test::Nginx::Server::versions()->{openssl};

    return if !defined $ours || !_holds($ours, $op, $version);

    return $count, "OpenSSL version $op $version";
}

sub _skip_eval {
    my ($block) = @_;

    my ($count, $code) = $block->skip_eval =~ /^\s*(\d+)\s*:\s*(.+)/s
        or _invalid($block, 'skip_eval');

    my $true = eval "package main; $code";

    bail_out($block->name . " - skip_eval: $@") if $@;

    return if !$true;

    return $count, 'skip_eval';
}

sub _todo {
    my ($block) = @_;

    my ($count, $reason) = $block->todo =~ /^\s*(\d+)\s*:\s*(.*?)\s*$/s
        or _invalid($block, 'todo');

    return $count, $reason;
}

sub _holds {
    my ($ours, $op, $theirs) = @_;

    return $compare{$op}->(_compare($ours, $theirs));
}

# "1.1.0h" is above "1.1.0"
sub _compare {
    my ($ours, $theirs) = map { [/(\d+|[a-z]+)/g] } @_;

    while (@$ours || @$theirs) {
        my ($a, $b) = map { shift(@$_) // 0 } $ours, $theirs;
        my $order = "$a$b" =~ /^\d+$/ ? $a <=> $b : $a cmp $b;

        return $order if $order;
    }

    return 0;
}

1;
