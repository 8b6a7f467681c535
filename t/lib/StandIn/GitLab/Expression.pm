package StandIn::GitLab::Expression;

# The language of rules:if and only:variables
# (lib/gitlab/ci/pipeline/expression): lexer, parser, evaluation.

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(expression_matches expression_valid regexp_compile);

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
    return $$got if ref $got;
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

    until ($text =~ /\G\s*\z/gc) {
        $text =~ /\G\s+/gc;

        if ($text =~ /\G([()])/gc)           { push @tokens, [$1] }
        elsif ($text =~ /\G\$(\w+)/gca)      { push @tokens, [ 'var', $1 ] }
        elsif ($text =~ /\G(["'])(.*?)\1/gc) { push @tokens, [ 'str', $2 ] }
        elsif ($text =~ m{\G(/(?:[^/]|\\/)+[^\\]/[ismU]*)}gc) {
            push @tokens, [ 're', $1 ];
            return undef unless regexp_compile($1);
        }
        elsif ($text =~ /\Gnull/gc)                 { push @tokens, ['null'] }
        elsif ($text =~ /\G(==|=~|!=|!~|&&|\|\|)/gc) { push @tokens, [ 'op', $1 ] }
        else                                         { return undef }

        return undef if @tokens >= MAX_TOKENS;
    }

    return \@tokens;
}

sub _parse ($text) {
    my $tokens = _lex($text) // return undef;
    my $at     = 0;
    my ($operand, $level);

    $operand = sub {
        my $token = $tokens->[ $at++ ] // return undef;

        if ($token->[0] eq '(') {
            my $inner = $level->(12) // return undef;
            my $close = $tokens->[ $at++ ] // return undef;
            return $close->[0] eq ')' ? $inner : undef;
        }

        return $token->[0] =~ /\A(?:var|str|re|null)\z/ ? $token : undef;
    };

    $level = sub ($loosest) {
        my $next = $loosest == 10 ? $operand : sub { $level->($loosest - 1) };
        my $left = $next->() // return undef;

        while (1) {
            my $token = $tokens->[$at];

            last if !$token || $token->[0] ne 'op'
                || $BINDING{ $token->[1] } != $loosest;

            $at++;
            my $right = $next->() // return undef;
            $left = [ $token->[1], $left, $right ];
        }

        return $left;
    };

    my $tree = $level->(12);

    return $at == @$tokens ? $tree : undef;
}

# nil is undef, a string a string, true and false references to 1 and 0.
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
        my $same = defined $got && defined $other
            ? (ref $got ? $$got : "s$got") eq (ref $other ? $$other : "s$other")
            : !defined $got && !defined $other;

        return \(($same xor $kind eq '!=') ? 1 : 0);
    }

    my $matches = _match($got, $other);

    return \(($matches xor $kind eq '!~') ? 1 : 0);
}

sub _truth ($value) { return defined $value && (!ref $value || $$value) }

sub _match ($left, $right) {
    return 0 if !defined $right || ref $right;

    $left = ref $left ? ($$left ? 'true' : 'false') : $left // '';

    if ($right =~ m{\A/.+/[ismU]*\z}s) {
        my $regexp = regexp_compile($right) // return 0;
        return $left =~ $regexp ? 1 : 0;
    }

    return index($right, $left) >= 0;
}

# /pattern/flags as RE2 reads it, or undef: no look-around, no reference back.
sub regexp_compile ($literal) {
    my ($pattern, $flags) = $literal =~ m{\A/(.+)/([ismU]*)\z}s or return undef;
    my $out = '';

    pos($pattern) = 0;

    until ($pattern =~ /\G\z/gc) {
        if ($pattern =~ m{\G\\(.)}gcs) {
            return undef if $1 =~ /[1-9kgZGRXK]/;
            $out .= $1 eq '/' ? '/' : "\\$1";

        } elsif ($pattern =~ /\G(\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\])/gcs) {
            $out .= $1;

        } elsif ($pattern =~ /\G\(\?(?:[=!>|#]|<[=!])/gc) {
            return undef;

        } elsif ($pattern =~ /\G(?:[*+?]|\{\d+(?:,\d*)?\})\+/gc) {
            return undef;

        } elsif ($pattern =~ /\G\$/gc) {
            $out .= '(?!\n)\z';

        } else {
            $pattern =~ /\G(.)/gcs;
            $out .= $1;
        }
    }

    my $mode = join '', grep { $flags =~ /$_/ } qw(i s);

    return eval { no warnings; qr/(?$mode:$out)/ };
}

1;
