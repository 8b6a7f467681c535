package StandIn::GitLab::Config::Merge;

# How parts of a configuration become one: deep_merge, extends, !reference,
# the edge stages (lib/gitlab/ci/config/extendable, yaml/tags, stages.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Scalar::Util qw(blessed);
use StandIn::GitLab::Map;

our @EXPORT_OK = qw(ci_stop deep_merge merge_edges merge_extends merge_references);

use constant MAX_EXTENDS => 10;

# What makes the whole configuration unreadable; Config catches it.
sub ci_stop ($text) { die "ci: $text\n" }

sub deep_merge ($base, $over) {
    my $merged = StandIn::GitLab::Map->new(map { $_ => $base->{$_} } keys %$base);

    for my $key (keys %$over) {
        $merged->{$key} =
            ref $merged->{$key} eq 'HASH' && ref $over->{$key} eq 'HASH'
            ? deep_merge($merged->{$key}, $over->{$key}) : $over->{$key};
    }

    return $merged;
}

sub merge_extends ($tree) {
    my %done;

    $tree->{$_} = _extended($tree, $_, [], \%done)->[0] for keys %$tree;
}

# [what it becomes, how deep its bases go]
sub _extended ($tree, $name, $ancestors, $done) {
    my $body = $tree->{$name};

    return [ $body, 0 ] if ref $body ne 'HASH' || !exists $body->{extends};

    my $extends = $body->{extends};
    my @bases   = ref $extends eq 'ARRAY' ? @$extends : $extends // ();
    my $listed  = join ', ', map { $_ // '' } @bases;
    my @unknown = grep { !defined || ref || !exists $tree->{$_} } @bases;

    ci_stop("$name: unknown keys in `extends` (" . join(', ', map { $_ // '' } @unknown) . ')')
        if @unknown;

    my @odd = grep { ref $tree->{$_} ne 'HASH' } @bases;

    ci_stop("$name: invalid base hashes in `extends` (" . join(', ', @odd) . ')') if @odd;
    ci_stop("$name: nesting too deep in `extends`") if @$ancestors > MAX_EXTENDS;
    ci_stop("$name: circular dependency detected in `extends`")
        if grep { $_ eq $name } @$ancestors;

    # Known already, unless that would hide where it becomes too deep.

    my $known = $done->{$name};

    return $known if $known && @$ancestors + $known->[1] <= MAX_EXTENDS + 1;

    my ($merged, $depth) = (StandIn::GitLab::Map->new, 0);

    for my $base (@bases) {
        my $got = _extended($tree, $base, [ @$ancestors, $name ], $done);

        $merged = deep_merge($merged, $got->[0]);
        $depth  = $got->[1] if $got->[1] > $depth;
    }

    return $done->{$name} = [ deep_merge($merged, $body), $depth + 1 ];
}

sub merge_references ($tree) { return _resolved($tree, $tree, []) }

sub _resolved ($node, $root, $chain) {
    if (ref $node eq 'HASH') {
        return StandIn::GitLab::Map->new(
            map { $_ => _resolved($node->{$_}, $root, $chain) } keys %$node);
    }

    return [ map { _resolved($_, $root, $chain) } @$node ] if ref $node eq 'ARRAY';

    return $node
        unless blessed $node && $node->isa('StandIn::GitLab::Yaml::Reference');

    my $name = '[' . join(', ', map { defined && !ref ? "\"$_\"" : 'nil' } @$node) . ']';

    ci_stop("!reference $name is not valid") if !@$node || grep { !defined || ref } @$node;
    ci_stop("!reference $name is part of a circular chain")
        if grep { $_ eq $name } @$chain;

    my $value = $root;

    for my $key (@$node) {
        ci_stop("!reference $name could not be found")
            if ref $value ne 'HASH' || !exists $value->{$key};
        $value = $value->{$key};
    }

    $value = _resolved($value, $root, [ @$chain, $name ]);

    ci_stop("!reference $name could not be found")
        if !defined $value || blessed $value && !$value;

    return $value;
}

sub merge_edges ($tree) {
    return if ref $tree->{stages} ne 'ARRAY' || !@{ $tree->{stages} };

    $tree->{stages} = [ '.pre',
        (grep { !defined || ref || !/\A\.(?:pre|post)\z/ } @{ $tree->{stages} }), '.post' ];
}

1;
