package StandIn::GitLab::Yaml;

# YAML as GitLab reads it (Ruby's Psych, YAML 1.1): yes/no are booleans, "<<"
# merges where it stands, the last of equal keys wins, !reference is kept for
# later. And the writing of merged_yaml. The parser's events are YAML::PP's.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Mojo::JSON;
use Scalar::Util qw(blessed refaddr);
use StandIn::GitLab::Map;
use StandIn::GitLab::Yaml::Float;
use YAML::PP::Parser;

our @EXPORT_OK = qw(yaml_copy yaml_dump yaml_load);

use constant {
    MAX_NODES => 100_000,
    MAX_DEPTH => 100,
    PLAIN     => 1,
};

# The documents of a text, in order. Dies with a line of text.
sub yaml_load ($text) {
    my $self = bless {
        stack => [], anchors => {}, documents => [], size => {}, nodes => 0,
    }, __PACKAGE__;

    my $parser = YAML::PP::Parser->new(
        receiver => sub ($parser, $event, $info) { $self->$event($info) });

    return @{ $self->{documents} }
        if eval { $parser->parse_string($text); 1 };

    my $error = "$@";

    die "$1\n" if $error =~ /^config: (.*)/;

    my ($line)   = $error =~ /^Line\s*:\s*(\d+)/m;
    my ($column) = $error =~ /^Column\s*:\s*(\d+)/m;

    die sprintf "(<unknown>): could not find expected ':' while scanning"
        . " at line %d column %d\n", $line // 1, $column // 1;
}

sub _fail ($text) { die "config: $text\n" }

sub stream_start_event   ($self, $) { }
sub stream_end_event     ($self, $) { }
sub document_start_event ($self, $) { $self->{anchors} = {} }
sub document_end_event   ($self, $) { }

sub mapping_start_event ($self, $info) {
    _fail("Tried to load unspecified class: $info->{tag}")
        if defined $info->{tag} && $info->{tag} ne 'tag:yaml.org,2002:map';

    $self->_push({ node => StandIn::GitLab::Map->new, map => 1,
        anchor => $info->{anchor} });
}

sub sequence_start_event ($self, $info) {
    my $tag  = $info->{tag};
    my $node = [];

    if (defined $tag) {
        if ($tag eq '!reference') {
            bless $node, 'StandIn::GitLab::Yaml::Reference';

        } elsif ($tag ne 'tag:yaml.org,2002:seq') {
            _fail("Tried to load unspecified class: $tag");
        }
    }

    $self->_push({ node => $node, anchor => $info->{anchor} });
}

sub mapping_end_event  ($self, $) { $self->_pop }
sub sequence_end_event ($self, $) { $self->_pop }

sub scalar_event ($self, $info) {
    my $value = _resolve($info);

    $self->{anchors}{ $info->{anchor} } = $value if defined $info->{anchor};
    $self->_add($value, 1, $info);
}

sub alias_event ($self, $info) {
    my $name = $info->{value};

    _fail("Unknown alias: $name") unless exists $self->{anchors}{$name};

    my $node = $self->{anchors}{$name};
    my $size = ref $node ? $self->{size}{ refaddr $node } : 1;

    _fail("Unknown alias: $name") unless defined $size;

    $self->_add($node, $size, {});
}

sub _push ($self, $frame) {
    $frame->{size} = 1;
    $self->{anchors}{ $frame->{anchor} } = $frame->{node}
        if defined $frame->{anchor};
    push @{ $self->{stack} }, $frame;

    _fail('The parsed YAML is too big') if @{ $self->{stack} } > MAX_DEPTH;
}

sub _pop ($self) {
    my $frame = pop @{ $self->{stack} };

    $self->{size}{ refaddr $frame->{node} } = $frame->{size};
    $self->_add($frame->{node}, $frame->{size}, {});
}

sub _add ($self, $value, $size, $info) {
    my $top = $self->{stack}[-1];

    if (!$top) {
        push @{ $self->{documents} }, $value;
        return;
    }

    $top->{size} += $size;
    _fail('The parsed YAML is too big') if $top->{size} > MAX_NODES;

    if (!$top->{map}) {
        push @{ $top->{node} }, $value;
        return;
    }

    if (!exists $top->{key}) {
        _fail('nested keys are not allowed') if ref $value && !blessed $value;
        _fail("jobs:$info->{value} config name should be a string")
            if @{ $self->{stack} } == 1 && ($info->{style} // 0) == PLAIN
            && (!defined $value || blessed $value
                || $value =~ /\A[-+]?[0-9.]+\z/);

        $top->{merge} = ($info->{style} // 0) == PLAIN
            && defined $value && $value eq '<<';
        $top->{key} = $info->{value} // $value // '';
        return;
    }

    my $key = delete $top->{key};

    if ($top->{merge}) {
        for my $from (ref $value eq 'ARRAY' ? reverse @$value : $value) {
            _fail('<< needs a mapping') if ref $from ne 'HASH';
            $top->{node}{$_} = $from->{$_} for keys %$from;
        }

        return;
    }

    $top->{node}{$key} = $value;
}

sub _resolve ($info) {
    my ($text, $tag) = @{$info}{qw(value tag)};

    return $text if defined $tag && $tag eq 'tag:yaml.org,2002:str';
    _fail("Tried to load unspecified class: $tag") if defined $tag && $tag ne '!';
    return $text if $info->{style} != PLAIN;

    return undef if $text =~ /\A(?:~|null|Null|NULL|)\z/;
    return Mojo::JSON->true  if $text =~ /\A(?:yes|true|on)\z/i;
    return Mojo::JSON->false if $text =~ /\A(?:no|false|off)\z/i;

    return 0 + ($text =~ tr/_,//dr) if $text =~ /\A[-+]?(?:0|[1-9][0-9_,]*)\z/;
    return oct $text if $text =~ /\A0(?:[0-7]+|x[0-9a-fA-F]+|b[01]+)\z/;
    return StandIn::GitLab::Yaml::Float->new($text =~ tr/_,//dr)
        if $text =~ /\A[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?\z/ && $text ne '.';

    _fail('Tried to load unspecified class: Date')
        if $text =~ /\A[0-9]{4}-[01]?[0-9]-[0-3]?[0-9]\z/;

    return $text;
}

# A copy in which nothing is shared.
sub yaml_copy ($node) {
    if (ref $node eq 'HASH') {
        return StandIn::GitLab::Map->new(
            map { $_ => yaml_copy($node->{$_}) } keys %$node);
    }

    return [ map { yaml_copy($_) } @$node ] if ref $node eq 'ARRAY';

    if (blessed $node && $node->isa('StandIn::GitLab::Yaml::Reference')) {
        return bless [ map { yaml_copy($_) } @$node ], ref $node;
    }

    return $node;
}

sub yaml_dump ($node) {
    return '--- ' . _inline($node) . "\n" unless _is_block($node);
    return "---\n" . _block($node, 0);
}

sub _is_block ($node) {
    return !!%$node if ref $node eq 'HASH';
    return !!@$node if ref $node eq 'ARRAY';
    return 0;
}

sub _block ($node, $indent) {
    my $blanks = ' ' x $indent;
    my $out    = '';

    if (ref $node eq 'HASH') {
        for my $key (keys %$node) {
            $out .= $blanks . _scalar($key, 0) . ':'
                . _value($node->{$key}, $indent, 0);
        }

        return $out;
    }

    $out .= "$blanks-" . _value($_, $indent, 1) for @$node;

    return $out;
}

sub _value ($value, $indent, $in_list) {
    return ' ' . _inline($value, $indent) . "\n" unless _is_block($value);

    if ($in_list) {
        my $text = _block($value, $indent + 2);
        return ' ' . substr $text, $indent + 2;
    }

    return "\n" . _block($value, ref $value eq 'HASH' ? $indent + 2 : $indent);
}

sub _inline ($value, $indent = 0) {
    return '{}' if ref $value eq 'HASH';
    return '[]' if ref $value eq 'ARRAY';
    return "$value" if ref $value eq 'StandIn::GitLab::Yaml::Float';
    return $value ? 'true' : 'false' if ref $value;
    return '' unless defined $value;

    {
        no warnings 'experimental::builtin';
        return $value if builtin::created_as_number($value);
    }

    return _scalar($value, $indent);
}

sub _scalar ($text, $indent) {
    if ($text =~ /\n/ && $text !~ /\A[ \n]|[^\P{Cc}\n\t]|[ \t]\n/) {
        my $mark   = $text !~ /\n\z/ ? '-' : $text =~ /\n\n\z/ ? '+' : '';
        my $blanks = ' ' x ($indent + 2);
        my $body   = join "\n",
            map { length ? $blanks . $_ : '' } split /\n/, $text, -1;

        $body =~ s/\n\z// if $mark ne '-';

        return "|$mark\n$body";
    }

    return "\"$text\"" if $text =~ /\A[^\w"\\][^"\\\p{Cc}]*\z/;

    return $text
        if $text =~ m{\A[A-Za-z_./\$(][\w ./\$()+=@<>;~^-]*\z}
        && $text !~ / \z/
        && $text !~ /\A(?:y|n|yes|no|on|off|true|false|null)\z/i
        && $text ne '.' && $text !~ /\A\.(?:inf|nan)\z/i;

    return "'$text'" if $text !~ /['\\]|[^\P{Cc}]/;

    return '"' . join('', map {
            $_ eq '"' || $_ eq '\\' ? "\\$_"
            : $_ eq "\n" ? '\n' : $_ eq "\t" ? '\t' : $_ eq "\r" ? '\r'
            : /\p{Cc}/ ? sprintf('\\x%02x', ord) : $_
        } split //, $text) . '"';
}

1;
