package StandIn::GitLab::Yaml::Scalar;

# What Ruby's Psych takes a plain scalar for (psych/scalar_scanner.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Mojo::JSON;
use StandIn::GitLab::Yaml::Float;

our @EXPORT_OK = qw(scalar_read);

my $FLOAT   = qr/\A[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?\z/;
my $INTEGER = qr/\A[-+]?(?:0b[01_,]+|0[0-7_,]+|0|[1-9](?:[0-9]|,[0-9]|_[0-9])*|0x[0-9a-fA-F_,]+)\z/;
my $SIXTY   = qr/\A[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}/;
my $DAY     = qr/[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/;

# (kind, value): text, nothing, boolean, number, symbol or class, whose value
# is the name of one that GitLab does not load.
sub scalar_read ($text) {
    return ('nothing', undef) if $text eq '';

    if ($text =~ /\A[^\d.:-]?[[:alpha:]_\s!\@#\$%\^&*(){}<>|\/\\~;=]+/ || $text =~ /\n/) {
        return ('text', $text) if length $text > 5 || $text =~ /\A[^ytonf~]/i;
        return ('nothing', undef) if $text eq '~' || $text =~ /\Anull\z/i;
        return ('boolean', Mojo::JSON->true)  if $text =~ /\A(?:yes|true|on)\z/i;
        return ('boolean', Mojo::JSON->false) if $text =~ /\A(?:no|false|off)\z/i;
        return ('text', $text);
    }

    return ('class', 'Time')
        if $text =~ /\A-?$DAY(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?\z/;
    return _is_day($text) ? ('class', 'Date') : ('text', $text)
        if $text =~ /\A\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)\z/;
    return ('number', StandIn::GitLab::Yaml::Float->new(9**9**9))  if $text =~ /\A\+?\.inf\z/i;
    return ('number', StandIn::GitLab::Yaml::Float->new(-9**9**9)) if $text =~ /\A-\.inf\z/i;
    return ('number', StandIn::GitLab::Yaml::Float->new(-sin(9**9**9))) if $text =~ /\A\.nan\z/i;
    return ('symbol', $2) if $text =~ /\A:(["'])(.*)\g1/;
    return ('symbol', substr $text, 1) if $text =~ /\A:./;
    return ('number', _sixty($text)) if $text =~ /$SIXTY\z/;
    return ('number', StandIn::GitLab::Yaml::Float->new(_sixty($text)))
        if $text =~ /$SIXTY\.[0-9_]*\z/;

    if ($text =~ $FLOAT) {
        return ('text', $text) if $text =~ /\A[-+]?\.\z/;
        return ('number', StandIn::GitLab::Yaml::Float->new($text =~ tr/_,//dr));
    }

    return ('number', _integer($text)) if $text =~ $INTEGER;
    return ('text', $text);
}

sub _is_day ($text) {
    my ($year, $month, $day) = split /-/, $text;
    my @days = (31, $year % 4 || !($year % 100) && $year % 400 ? 28 : 29,
        31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

    return $month >= 1 && $month <= 12 && $day >= 1 && $day <= $days[ $month - 1 ];
}

# As Psych does it, which counts from the wrong end.
sub _sixty ($text) {
    my ($sum, $n) = (0, 0);

    $sum += ($_ =~ tr/_//dr) * 60**abs($n++ - 2) for split /:/, $text;

    return $sum;
}

sub _integer ($text) {
    my ($sign, $digits) = $text =~ /\A([-+]?)(.*)\z/;

    $digits =~ tr/_,//d;
    $digits = oct $digits if $digits =~ /\A0./;

    return $sign eq '-' ? 0 - $digits : 0 + $digits;
}

1;
