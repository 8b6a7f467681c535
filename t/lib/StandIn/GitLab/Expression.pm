package StandIn::GitLab::Expression;

# The language of rules:if and only:variables
# (lib/gitlab/ci/pipeline/expression): lexer, parser, evaluation. The parser
# is GitLab's shunting yard, with what that lets through.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Regexp qw(regexp_compile);

our @EXPORT_OK = qw(expression_matches expression_valid);

use constant MAX_TOKENS => 100;

my %BINDING = (
    '==' => 10, '!=' => 10, '=~' => 10, '!~' => 10, '&&' => 11, '||' => 12);
my %parsed;

sub expression_valid ($text) { return defined _parsed($text) }

# What GitLab calls present? of the result; an error is false.
sub expression_matches ($text, $variables) {
    my $tree = _parsed($text) // return 0;
    my $got  = _value($tree, $variables);

    return 0 unless defined $got;
    return ref $got eq 'SCALAR' ? $$got : 1 if ref $got;
    return $got =~ /\S/ ? 1 : 0;
}

sub _parsed ($text) {
    return undef if !defined $text || ref $text;
    return $parsed{$text} if exists $parsed{$text};
    %parsed = () if keys %parsed > 5000;
    return $parsed{$text} = _parse($text);
}

sub _lex ($text) {
    my @tokens;

    pos($text) = 0;

    until ($text =~ /\G\s*\z/gca) {
        $text =~ /\G\s+/gca;

        if ($text =~ /\G([()])/gc)           { push @tokens, [$1] }
        elsif ($text =~ /\G\$(\w+)/gca)      { push @tokens, [ 'var', $1 ] }
        elsif ($text =~ /\G(["'])(.*?)\1/gc) { push @tokens, [ 'str', $2 ] }
        elsif ($text =~ m{\G(/(?:[^/]|\\/)+[^\\]/[ismU]*)}gc) {
            my $regexp = regexp_compile($1) // return undef;
            push @tokens, [ 're', $regexp ];
        }
        elsif ($text =~ /\Gnull/gc)                 { push @tokens, ['null'] }
        elsif ($text =~ /\G(==|=~|!=|!~|&&|\|\|)/gc) { push @tokens, [ 'op', $1 ] }
        else                                         { return undef }

        return undef if @tokens >= MAX_TOKENS;
    }

    return \@tokens;
}

sub _binds ($operator, $before) {
    return $before && $before->[0] eq 'op'
        && (!$operator || $BINDING{$operator} >= $BINDING{ $before->[1] });
}

sub _parse ($text) {
    my $tokens = _lex($text) // return undef;
    my (@output, @operators);

    for my $token (@$tokens) {
        my $kind = $token->[0];

        if ($kind eq 'op') {
            push @output, pop @operators while _binds($token->[1], $operators[-1]);
            push @operators, $token;

        } elsif ($kind eq '(') {
            push @operators, $token;

        } elsif ($kind eq ')') {
            push @output, pop @operators while _binds(undef, $operators[-1]);
            return undef unless @operators;
            pop @operators;

        } else {
            push @output, $token;
        }
    }

    my @results;

    for my $token (@output, reverse @operators) {
        return undef if $token->[0] eq '(';

        if ($token->[0] ne 'op') {
            push @results, $token;
            next;
        }

        return undef if @results < 2;

        my ($left, $right) = splice @results, -2;
        push @results, [ $token->[1], $left, $right ];
    }

    return @results == 1 ? $results[0] : undef;
}

# nil is undef, a string a string, a pattern a Regexp, true and false are
# references to 1 and 0.
sub _value ($node, $variables) {
    my ($kind, $left, $right) = @$node;

    return $variables->{$left} if $kind eq 'var';
    return $left               if $kind eq 'str' || $kind eq 're';
    return undef               if $kind eq 'null';

    my $got = _value($left, $variables);

    if ($kind eq '&&') {
        return _truth($got) ? _value($right, $variables) : $got;
    }

    if ($kind eq '||') {
        return _truth($got) ? $got : _value($right, $variables);
    }

    my $other = _value($right, $variables);

    if ($kind eq '==' || $kind eq '!=') {
        return \((_same($got, $other) xor $kind eq '!=') ? 1 : 0);
    }

    return \((_match($got, $other) xor $kind eq '!~') ? 1 : 0);
}

sub _truth ($value) { return defined $value && (ref $value ne 'SCALAR' || $$value) }

sub _same ($one, $other) {
    return !defined $one && !defined $other if !defined $one || !defined $other;
    return 0 if ref $one ne ref $other;
    return ref $one eq 'SCALAR' ? $$one == $$other : "$one" eq "$other";
}

sub _match ($left, $right) {
    return 0 if !_truth($right);

    $left = ref $left eq 'SCALAR' ? ($$left ? 'true' : 'false') : $left // '';
    $right = regexp_compile($right =~ s{\\/}{/}gr) // $right unless ref $right;

    return $left =~ $right ? 1 : 0 if ref $right eq 'Regexp';
    return !ref $right && index($right, $left) >= 0;
}

1;
