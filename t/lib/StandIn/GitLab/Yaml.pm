package StandIn::GitLab::Yaml;

# YAML as GitLab reads it (Ruby's Psych, YAML 1.1): yes/no are booleans, "<<"
# merges where it stands, the last of equal keys wins, !reference is kept for
# later. The parser's events are YAML::PP's.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Scalar::Util qw(blessed refaddr);
use StandIn::GitLab::Map;
use StandIn::GitLab::Yaml::Scalar qw(scalar_read);
use YAML::PP::Parser;

our @EXPORT_OK = qw(yaml_copy yaml_load);

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
        if ($info->{tag} // '') =~ /ruby/;

    $self->_push({ node => StandIn::GitLab::Map->new, map => 1,
        anchor => $info->{anchor} });
}

sub sequence_start_event ($self, $info) {
    my $tag  = $info->{tag};
    my $node = [];

    if (defined $tag) {
        if ($tag eq '!reference') {
            bless $node, 'StandIn::GitLab::Yaml::Reference';

        } elsif ($tag =~ /ruby/) {
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
        $top->{key} =~ s/\A:(?=.)// if ($info->{style} // 0) == PLAIN;
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
    _fail("Tried to load unspecified class: $tag") if ($tag // '') =~ /ruby/;
    return $text if $info->{style} != PLAIN;

    my ($kind, $value) = scalar_read($text);

    _fail("Tried to load unspecified class: $value") if $kind eq 'class';

    return $value;
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

1;
