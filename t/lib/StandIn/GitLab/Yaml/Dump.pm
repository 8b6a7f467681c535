package StandIn::GitLab::Yaml::Dump;

# YAML as Ruby writes it: the styles that Psych asks for (psych/visitors/
# yaml_tree.rb) in the layout of libyaml's emitter, long lines folded.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Yaml::Scalar qw(scalar_read);

our @EXPORT_OK = qw(yaml_dump);

use constant { WIDTH => 80, LONG_KEY => 128 };

my %ESCAPE = (
    "\0" => '0', "\a" => 'a', "\b" => 'b', "\t" => 't', "\n" => 'n', "\x0b" => 'v',
    "\f" => 'f', "\r" => 'r', "\e" => 'e', '"' => '"', '\\' => '\\', "\x85" => 'N',
    "\xa0" => '_', "\x{2028}" => 'L', "\x{2029}" => 'P');

my $PRINTABLE = qr/[\n\x20-\x7e\xa0-\x{d7ff}\x{e000}-\x{fefe}\x{ff00}-\x{fffd}]/;
my $BREAK     = qr/[\r\n\x85\x{2028}\x{2029}]/;

sub yaml_dump ($node) {
    my $self = bless { out => '---', column => 3, whitespace => 0, indention => 0 }, __PACKAGE__;

    $self->_node($node, -1, 'root');

    my $out = $self->{out};

    $out .= "\n" if $out !~ /\n\z/;
    $out .= "...\n" if $self->{open_ended};

    return $out;
}

sub _put ($self, $text) {
    $self->{out}    .= $text;
    $self->{column} += length $text;
}

sub _break ($self) {
    $self->{out}   .= "\n";
    $self->{column} = 0;
}

sub _indent ($self, $indent) {
    $indent = 0 if $indent < 0;

    $self->_break if !$self->{indention} || $self->{column} > $indent
        || $self->{column} == $indent && !$self->{whitespace};
    $self->_put(' ' x ($indent - $self->{column})) if $self->{column} < $indent;
    @{$self}{qw(whitespace indention)} = (1, 1);
}

sub _indicator ($self, $text, $need, $whitespace = 0, $indention = 0) {
    $self->_put(' ') if $need && !$self->{whitespace};
    $self->_put($text);
    $self->{whitespace} = $whitespace;
    $self->{indention} &&= $indention;
}

# `indent` of what it stands in; `where`: root, map, list or key.
sub _node ($self, $node, $indent, $where) {
    return $self->_scalar($node, $indent, $where) if ref($node) !~ /\A(?:HASH|ARRAY)\z/;

    if (ref $node eq 'HASH' ? !%$node : !@$node) {
        $self->_indicator(ref $node eq 'HASH' ? '{' : '[', 1, 1);
        $self->_indicator(ref $node eq 'HASH' ? '}' : ']', 0);
        return;
    }

    if (ref $node eq 'ARRAY') {
        my $inner = $where eq 'map' && !$self->{indention} ? $indent : _deeper($indent);

        for my $item (@$node) {
            $self->_indent($inner);
            $self->_indicator('-', 1, 0, 1);
            $self->_node($item, $inner, 'list');
        }

        return;
    }

    my $inner = _deeper($indent);

    for my $key (keys %$node) {
        $self->_indent($inner);

        if (length $key <= LONG_KEY && $key !~ $BREAK) {
            $self->_scalar($key, $inner, 'key');
            $self->_indicator(':', 0);

        } else {
            $self->_indicator('?', 1, 0, 1);
            $self->_scalar($key, $inner, 'map');
            $self->_indent($inner);
            $self->_indicator(':', 1, 0, 1);
        }

        $self->_node($node->{$key}, $inner, 'map');
    }
}

sub _deeper ($indent) { return $indent < 0 ? 0 : $indent + 2 }

sub _scalar ($self, $value, $indent, $where) {
    no warnings 'experimental::builtin';

    my $text   = defined $value ? "$value" : '';
    my $is_key = $where eq 'key';
    my $inner  = $indent < 0 ? 2 : $indent + 2;

    return $self->_plain('', $inner, 0) unless defined $value;

    if (ref $value eq 'JSON::PP::Boolean') {
        return $self->_plain($value ? 'true' : 'false', $inner, 0);
    }

    return $self->_plain($text, $inner, 0)
        if ref $value || builtin::created_as_number($value);

    if ($text eq '<<') {
        $self->_indicator('!!str', 1);
        return $self->_single($text, $inner, 0);
    }

    my $style = _style($text);
    my %can   = _allowed($text);

    $style = 'single' if $style eq 'plain' && (!$can{plain} || $text eq '');
    $style = 'double' if $style eq 'single' && !$can{single}
        || $style eq 'literal' && (!$can{literal} || $is_key);

    return $self->_plain($text, $inner, !$is_key)  if $style eq 'plain';
    return $self->_single($text, $inner, !$is_key) if $style eq 'single';
    return $self->_double($text, $inner, !$is_key) if $style eq 'double';
    $self->_literal($text, $inner);
}

sub _style ($text) {
    return 'literal' if $text =~ /\n(?!\n?\z)/;
    return 'double'  if $text =~ /\A[yYnN]\z/;
    return 'double'  if $text =~ /^[^\w][^"]*$/m;
    return 'single'  if (scalar_read($text))[0] ne 'text' || $text =~ /\A0[0-7]*[89]/;
    return 'plain';
}

# yaml_emitter_analyze_scalar
sub _allowed ($text) {
    my $odd = $text =~ /(?!$PRINTABLE)./s || $text =~ / $BREAK/;

    return (
        single  => !$odd && $text !~ /$BREAK /,
        literal => !$odd && $text !~ / \z/,
        plain   => !$odd && $text !~ $BREAK && $text !~ /\A | \z/
            && $text !~ /\A(?:---|\.\.\.)/ && $text !~ /\A[#,\[\]{}&*!|>'"%\@`]/
            && $text !~ /\A[?:-](?:[ \t]|\z)/ && $text !~ /:(?:[ \t]|\z)/ && $text !~ /[ \t]#/,
    );
}

sub _plain ($self, $text, $indent, $folds) {
    $self->_put(' ') if !$self->{whitespace} && length $text;
    $self->_words($text, $indent, $folds, 0);
    @{$self}{qw(whitespace indention open_ended)} = (0, 0, 0);
}

# Text without breaks, folded at a single blank behind the width.
sub _words ($self, $text, $indent, $folds, $quoted) {
    if (!$folds || $self->{column} + length $text <= WIDTH) {
        $self->_put($text);
        return;
    }

    my ($last, $spaces) = (length($text) - 1, 0);

    for my $n (0 .. $last) {
        my $sign = substr $text, $n, 1;

        if ($sign eq ' ' && !$spaces && $self->{column} > WIDTH
            && (!$quoted || $n && $n != $last)
            && substr($text, $n + 1, 1) ne ' ')
        {
            $self->_indent($indent);

        } else {
            $self->_put($sign);
        }

        $spaces = $sign eq ' ';
        $self->{indention} = 0 unless $spaces;
    }
}

sub _single ($self, $text, $indent, $folds) {
    my $breaks = 0;

    $self->_indicator("'", 1);

    my @lines = split /(\n+)/, $text =~ s/'/''/gr;

    for my $part (@lines) {
        if ($part =~ /\A\n/) {
            $self->_break for 0 .. length $part;
            @{$self}{qw(indention)} = (1);
            $breaks = 1;
            next;
        }

        $self->_indent($indent) if $breaks;
        $breaks = 0;
        $self->_words($part, $indent, $folds, 1);
        $self->{indention} = 0;
    }

    $self->_indent($indent) if $breaks;
    $self->_indicator("'", 0);
    @{$self}{qw(whitespace indention)} = (0, 0);
}

sub _double ($self, $text, $indent, $folds) {
    my ($last, $spaces) = (length($text) - 1, 0);

    $self->_indicator('"', 1);

    for my $n (0 .. $last) {
        my $sign = substr $text, $n, 1;

        if ($sign !~ $PRINTABLE || $sign =~ /["\\\x{feff}]/ || $sign =~ $BREAK) {
            my $code = ord $sign;

            $self->_put('\\' . ($ESCAPE{$sign} // ($code <= 0xff ? sprintf 'x%02X', $code
                : $code <= 0xffff ? sprintf 'u%04X', $code : sprintf 'U%08X', $code)));
            $spaces = 0;

        } elsif ($sign eq ' ' && $folds && !$spaces && $self->{column} > WIDTH
            && $n && $n != $last)
        {
            $self->_indent($indent);
            $self->_put('\\') if substr($text, $n + 1, 1) eq ' ';
            $spaces = 1;

        } else {
            $self->_put($sign);
            $spaces = $sign eq ' ';
        }
    }

    $self->_indicator('"', 0);
    @{$self}{qw(whitespace indention)} = (0, 0);
}

sub _literal ($self, $text, $indent) {
    my $chomp = $text !~ /$BREAK\z/ ? '-' : $text =~ /(?:\A|$BREAK)$BREAK\z/ ? '+' : '';

    $self->_indicator('|', 1);
    $self->_indicator('2', 0) if $text =~ /\A[ \n]/;
    $self->_indicator($chomp, 0) if length $chomp;
    $self->_break;
    @{$self}{qw(whitespace indention)} = (1, 1);

    for my $line (split /(?<=\n)/, $text) {
        if ($line ne "\n") {
            $self->_indent($indent);
            $self->_put($line =~ s/\n\z//r);
            $self->{indention} = 0;
        }

        if ($line =~ /\n\z/) {
            $self->_break;
            $self->{indention} = 1;
        }
    }

    $self->{open_ended} = $chomp eq '+';
}

1;
