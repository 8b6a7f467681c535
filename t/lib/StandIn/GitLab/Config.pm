package StandIn::GitLab::Config;

# A CI/CD configuration, read: includes, extends, !reference, the checks, and
# the jobs as the pipeline needs them (lib/gitlab/ci/config, /yaml_processor).
# What the stand-in does not know it refuses.

use Mojo::Base -base, -signatures;

use Digest::SHA qw(sha1_hex);
use Encode      qw(decode encode_utf8);
use Scalar::Util qw(blessed);
use StandIn::GitLab::Expression qw(expression_valid regexp_compile);
use StandIn::GitLab::Map;
use StandIn::GitLab::Rules qw(rule_of);
use StandIn::GitLab::Yaml qw(yaml_copy yaml_dump yaml_load);

has [qw(errors warnings jobs stages includes)] => sub { [] };
has [qw(variables workflow tree merged_yaml)];

use constant { MAX_INCLUDES => 150, MAX_EXTENDS => 10 };

my %RESERVED = map { $_ => 1 }
    qw(include before_script image services after_script variables stages cache
       default workflow spec types);

my %JOB_KEY = map { $_ => 1 } qw(
    tags script run type image services start_in artifacts cache dependencies
    before_script after_script hooks coverage parallel timeout release
    id_tokens publish pages manual_confirmation interruptible environment retry
    resource_group secrets dast_configuration identity stage only except rules
    extends inherit variables needs allow_failure when trigger description
);

my @DEFAULT_KEYS = qw(before_script after_script hooks cache image services
    interruptible timeout retry tags artifacts id_tokens);

my %WHEN = map { $_ => 1 } qw(on_success on_failure always never manual delayed);

my %cache;

# `bytes`: the file as committed. `context`: read (path => bytes or undef),
# paths, variables, project, ref, sha and key, which names the tree.
sub load ($class, $bytes, $context) {
    my $key = sha1_hex($bytes);

    $key .= $context->{key} if $bytes =~ /include/;
    return $cache{$key} if $cache{$key};

    my $self = $class->new;

    eval { $self->_load($bytes, $context); 1 } or do {
        die $@ if ref $@ || $@ !~ /\Aci: (.*)\n\z/s;
        push @{ $self->errors }, $1;
    };

    %cache = () if keys %cache > 2000;

    return $cache{$key} = $self;
}

sub valid ($self) { return !@{ $self->errors } }

sub job ($self, $name) {
    return (grep { $_->{name} eq $name } @{ $self->jobs })[0];
}

sub _stop ($text) { die "ci: $text\n" }

sub _problem ($self, $text) { push @{ $self->errors }, $text }

sub _load ($self, $bytes, $context) {
    my $count = 0;
    my $tree  = $self->_merge_includes(
        _document($bytes, undef), $context, \$count, []);

    _extend($tree);
    $tree = _dereference($tree, $tree, []);
    _inject_edges($tree);

    $self->tree($tree);
    $self->merged_yaml(yaml_dump(yaml_copy($tree)));
    $self->_compile;
}

sub _document ($bytes, $name) {
    my $text = eval { decode('UTF-8', $bytes, Encode::FB_CROAK) };
    my $of   = defined $name ? "`$name`: " : '';

    _stop("${of}Invalid configuration format") unless defined $text;

    my @documents = eval { yaml_load($text) };

    _stop($of . $@ =~ s/\n\z//r) if $@;
    _stop("${of}spec and inputs are not known to the stand-in")
        if @documents > 1
        || ref $documents[0] eq 'HASH' && exists $documents[0]{spec};
    _stop("${of}Invalid configuration format") if ref $documents[0] ne 'HASH';

    return $documents[0];
}

sub _deep_merge ($base, $over) {
    my $merged = StandIn::GitLab::Map->new(map { $_ => $base->{$_} } keys %$base);

    for my $key (keys %$over) {
        $merged->{$key} =
            ref $merged->{$key} eq 'HASH' && ref $over->{$key} eq 'HASH'
            ? _deep_merge($merged->{$key}, $over->{$key}) : $over->{$key};
    }

    return $merged;
}

sub _merge_includes ($self, $tree, $context, $count, $chain) {
    return $tree unless exists $tree->{include};

    my $include = delete $tree->{include};
    my $merged  = StandIn::GitLab::Map->new;

    for my $entry (ref $include eq 'ARRAY' ? @$include : $include) {
        $entry = { local => $entry } if defined $entry && !ref $entry
            && $entry !~ m{\Ahttps?://};

        _stop('Include `' . (ref $entry ? yaml_dump($entry) : $entry // '')
            . '` is not known to the stand-in: only local files are')
            if ref $entry ne 'HASH' || !defined $entry->{local}
            || grep { !/\A(?:local|rules)\z/ } keys %$entry;

        if (defined $entry->{rules}) {
            my $rule = rule_of($entry->{rules}, {
                variables => $context->{variables}, files => $context->{paths} });

            next if !$rule || ($rule->{when} // '') eq 'never';
        }

        my $path  = $entry->{local} =~ s{\A/}{}r;
        my @paths = $path;

        if ($path =~ /\*/) {
            my $regexp = join '', map {
                $_ eq '**' ? '.*' : $_ eq '*' ? '[^/]*' : quotemeta
            } split /(\*+)/, $path;

            @paths = sort grep { /\A$regexp\z/ && /\.ya?ml\z/ } @{ $context->{paths} };
            _stop("Local file `$path` does not have any matches!") unless @paths;
        }

        for my $file (@paths) {
            _stop("Included file `$file` does not have YAML extension!")
                if $file !~ /\.ya?ml\z/;
            _stop('Maximum of ' . MAX_INCLUDES . ' nested includes are allowed!')
                if ++$$count > MAX_INCLUDES;
            _stop("Include `$file` was already included!")
                if grep { $_ eq $file } @$chain;

            my $bytes = $context->{read}->($file);

            _stop("Local file `$file` does not exist!") unless defined $bytes;
            _stop("Local file `$file` is empty!")       unless length $bytes;

            push @{ $self->includes }, {
                type => 'local', location => $file, blob => $context->{blob}->($file),
                raw => $context->{raw}->($file), extra => {},
                context_project => $context->{project},
                context_sha     => $context->{sha},
            };

            $merged = _deep_merge($merged, $self->_merge_includes(
                _document($bytes, $file), $context, $count, [ @$chain, $file ]));
        }
    }

    return _deep_merge($merged, $tree);
}

sub _extend ($tree) {
    my %done;

    for my $name (keys %$tree) {
        next unless ref $tree->{$name} eq 'HASH' && exists $tree->{$name}{extends};
        $tree->{$name} = _extended($tree, $name, [], \%done);
    }
}

sub _extended ($tree, $name, $chain, $done) {
    my $job = $tree->{$name};

    return $done->{$name} if $done->{$name};
    return $job unless exists $job->{extends};

    _stop("$name: circular dependency detected in `extends`")
        if grep { $_ eq $name } @$chain;
    _stop("$name: nesting too deep in `extends`") if @$chain >= MAX_EXTENDS;

    my $extends = $job->{extends};
    my @bases   = ref $extends eq 'ARRAY' ? @$extends : $extends;
    my @unknown = grep { !defined || ref || !exists $tree->{$_} } @bases;

    _stop("$name: unknown keys in `extends` (" . join(', ', @unknown) . ')')
        if @unknown;
    _stop("$name: invalid base hashes in `extends` (" . join(', ', @bases) . ')')
        if grep { ref $tree->{$_} ne 'HASH' } @bases;

    my $merged = StandIn::GitLab::Map->new;

    $merged = _deep_merge($merged, _extended($tree, $_, [ @$chain, $name ], $done))
        for @bases;

    return $done->{$name} = _deep_merge($merged, $job);
}

sub _dereference ($node, $root, $chain) {
    if (ref $node eq 'HASH') {
        return StandIn::GitLab::Map->new(
            map { $_ => _dereference($node->{$_}, $root, $chain) } keys %$node);
    }

    return [ map { _dereference($_, $root, $chain) } @$node ]
        if ref $node eq 'ARRAY';

    return $node
        unless blessed $node && $node->isa('StandIn::GitLab::Yaml::Reference');

    my $name = '["' . join('", "', map { $_ // '' } @$node) . '"]';

    _stop("!reference $name is part of a circular chain")
        if grep { $_ eq $name } @$chain;

    my $value = $root;

    for my $key (@$node) {
        _stop("!reference $name could not be found")
            if ref $value ne 'HASH' || !defined $key || !exists $value->{$key};
        $value = $value->{$key};
    }

    return _dereference($value, $root, [ @$chain, $name ]);
}

sub _inject_edges ($tree) {
    return unless ref $tree->{stages} eq 'ARRAY';

    my @stages = grep { !/\A\.(?:pre|post)\z/ } @{ $tree->{stages} };
    $tree->{stages} = [ '.pre', @stages, '.post' ];
}

sub _compile ($self) {
    my $tree   = $self->tree;
    my $stages = $tree->{stages};

    if (defined $stages && (ref $stages ne 'ARRAY' || grep { !defined || ref } @$stages)) {
        $self->_problem('stages config should be an array of strings');
        $stages = undef;
    }

    $self->stages($stages // [qw(.pre build test deploy .post)]);
    $self->variables($self->_variables($tree->{variables}, 'variables'));
    $self->_compile_workflow($tree->{workflow});

    my $default = $tree->{default} // {};

    for my $key (qw(before_script after_script image services cache)) {
        next unless exists $tree->{$key};
        $self->_problem("$key is defined in top-level and `default:` entry")
            if exists $default->{$key};
        $default = { %$default, $key => $tree->{$key} };
    }

    for my $name (keys %$tree) {
        my $body = $tree->{$name};

        next if $RESERVED{$name} && !(ref $body eq 'HASH'
            && $name =~ /\A(?:default|workflow)\z/ && exists $body->{script});
        next if $name =~ /\A\./;

        $self->_compile_job($name, $body, $default);
    }

    $self->_problem('jobs config should contain at least one visible job')
        if !@{ $self->jobs } && $self->valid;

    $self->_check_links if $self->valid;
}

sub _compile_workflow ($self, $workflow) {
    return unless defined $workflow;

    if (ref $workflow ne 'HASH') {
        $self->_problem('workflow config should be a hash');
        return;
    }

    my @unknown = grep { !/\A(?:rules|name|auto_cancel)\z/ } keys %$workflow;

    $self->_problem('workflow config contains unknown keys: ' . join ', ', @unknown)
        if @unknown;

    my $rules = $self->_rules($workflow->{rules}, 'workflow', {
        map { $_ => 1 } qw(always never) });

    $self->workflow({ rules => $rules }) if exists $workflow->{rules};
}

sub _compile_job ($self, $name, $body, $default) {
    my $at = "jobs:$name";

    return $self->_problem("$at config name is too long (maximum is 255 characters)")
        if length $name > 255;

    return $self->_problem(
        "$at config should implement the script:, run:, or trigger: keyword")
        if ref $body ne 'HASH'
        || !grep { exists $body->{$_} } qw(script run trigger);

    my @unknown = grep { !$JOB_KEY{$_} } keys %$body;

    $self->_problem("$at config contains unknown keys: " . join ', ', @unknown)
        if @unknown;

    my $inherit = ref $body->{inherit} eq 'HASH' ? $body->{inherit} : {};
    my $takes   = sub ($from, $key) {
        my $rule = $inherit->{$from} // return 1;
        return ref $rule eq 'ARRAY' ? !!grep { $_ eq $key } @$rule : !!$rule;
    };

    my %full = map { $_ => $body->{$_} } keys %$body;

    for my $key (@DEFAULT_KEYS) {
        $full{$key} = $default->{$key} if !exists $full{$key}
            && exists $default->{$key} && $takes->('default', $key);
    }

    my %job = (
        name      => $name,
        stage     => $full{stage} // 'test',
        bridge    => exists $full{trigger} ? 1 : 0,
        tags      => $full{tags} // [],
        retry     => $full{retry}, timeout => $full{timeout},
        start_in  => $full{start_in},
        image     => ref $full{image} eq 'HASH' ? $full{image}{name} : $full{image},
        environment => $full{environment},
        variables => $self->_variables($full{variables}, "$at:variables"),
        inherits  => $takes,
    );

    for my $key (qw(before_script script after_script)) {
        $job{$key} = $self->_script($full{$key}, "$at:$key");
    }

    if (defined(my $when = $full{when})) {
        $self->_problem("$at when should be one of: on_success, on_failure, "
            . 'always, manual, delayed') if ref $when || !$WHEN{$when} || $when eq 'never';
        $self->_problem("$at config start_in can't be blank")
            if !ref $when && $when eq 'delayed' && !defined $full{start_in};
        $job{when} = $when;
    }

    if (ref $full{allow_failure} eq 'HASH') {
        my $codes = $full{allow_failure}{exit_codes};
        $job{allow_failure_codes} = ref $codes ? $codes : [$codes];
        $job{allow_failure} = 0;

    } elsif (defined $full{allow_failure}) {
        $self->_problem("$at allow failure should be a boolean value")
            unless blessed $full{allow_failure};
        $job{allow_failure} = $full{allow_failure} ? 1 : 0;
    }

    if (exists $full{rules}) {
        my @both = grep { exists $full{$_} } qw(only except);

        $self->_problem("$at config key may not be used with `rules`: "
            . join ', ', @both) if @both;
        $job{rules} = $self->_rules($full{rules}, $at, \%WHEN);

    } else {
        $job{only}   = $self->_policy($full{only},   "$at:only");
        $job{except} = $self->_policy($full{except}, "$at:except");

        if (!$self->workflow) {
            $job{only} //= {};
            $job{only}{refs} //= [qw(branches tags)];
        }
    }

    $job{needs} = $self->_needs($full{needs}, $at) if defined $full{needs};

    push @{ $self->jobs }, $self->_parallel(\%job, $full{parallel}, $at);
}

sub _script ($self, $script, $at) {
    return [] unless defined $script;

    my @lines = eval { _flat($script, 0) };

    if ($@ || grep { !defined || ref } @lines) {
        $self->_problem("$at config should be a string or a nested array of "
            . 'strings up to 10 levels deep');
        return [];
    }

    return \@lines;
}

sub _flat ($node, $depth) {
    no warnings 'experimental::builtin';

    die if $depth > 10 || !defined $node
        || ref $node && ref $node ne 'ARRAY' || builtin::created_as_number($node);
    return ref $node ? map { _flat($_, $depth + 1) } @$node : $node;
}

sub _variables ($self, $variables, $at) {
    my @list;

    return \@list unless defined $variables;

    if (ref $variables ne 'HASH') {
        $self->_problem("$at config should be a hash");
        return \@list;
    }

    for my $key (keys %$variables) {
        my $value = $variables->{$key};
        my $raw   = 0;

        if (ref $value eq 'HASH') {
            my @unknown = grep { !/\A(?:value|description|expand|options)\z/ } keys %$value;

            $self->_problem("$at:$key config uses invalid data keys: " . join ', ', @unknown)
                if @unknown;
            $raw   = exists $value->{expand} && !$value->{expand};
            $value = $value->{value} // '';
        }

        if (!defined $value || ref $value) {
            $self->_problem(
                "$at config should be a hash of key value pairs, value can be a hash");
            next;
        }

        push @list, { key => $key, value => "$value", raw => $raw ? 1 : 0 };
    }

    return \@list;
}

sub _rules ($self, $rules, $at, $when) {
    return undef unless defined $rules;

    my @flat = ref $rules eq 'ARRAY'
        ? map { ref $_ eq 'ARRAY' ? @$_ : $_ } @$rules : $rules;
    my @compiled;

    if (ref $rules ne 'ARRAY' || grep { ref ne 'HASH' || !%$_ } @flat) {
        $self->_problem("$at:rules config should be an array of hashes");
        return [];
    }

    for my $rule (@flat) {
        my @unknown = grep { !/\A(?:if|changes|exists|when|start_in|allow_failure
            |variables|needs|interruptible|auto_cancel)\z/x } keys %$rule;

        $self->_problem("$at:rules:rule config contains unknown keys: "
            . join ', ', @unknown) if @unknown;
        $self->_problem("$at:rules:rule if invalid expression syntax")
            if exists $rule->{if} && !expression_valid($rule->{if});
        $self->_problem("$at:rules:rule when unknown value: $rule->{when}")
            if defined $rule->{when} && !$when->{ $rule->{when} };

        push @compiled, {
            (map { $_ => $rule->{$_} } grep { exists $rule->{$_} }
                qw(if changes exists when start_in)),
            exists $rule->{allow_failure}
                ? (allow_failure => $rule->{allow_failure} ? 1 : 0) : (),
            exists $rule->{variables} ? (variables =>
                $self->_variables($rule->{variables}, "$at:rules:rule:variables")) : (),
            exists $rule->{needs} ? (needs => $self->_needs($rule->{needs}, $at)) : (),
        };
    }

    return \@compiled;
}

sub _policy ($self, $policy, $at) {
    return undef unless defined $policy;

    my %spec;

    if (ref $policy eq 'ARRAY') {
        %spec = (refs => $policy);

    } elsif (ref $policy eq 'HASH' && %$policy) {
        %spec = map { $_ => $policy->{$_} } keys %$policy;
        my @unknown = grep { !/\A(?:refs|kubernetes|variables|changes)\z/ } keys %spec;

        $self->_problem("$at config contains unknown keys: " . join ', ', @unknown)
            if @unknown;

    } else {
        $self->_problem("$at has to be either an array of conditions or a hash");
        return undef;
    }

    $self->_problem("$at config should be an array of strings or regular expressions")
        if defined $spec{refs} && (ref $spec{refs} ne 'ARRAY' || !@{ $spec{refs} }
            || grep { !defined || ref || m{\A/.*/[ismU]*\z}s && !regexp_compile($_) }
                @{ $spec{refs} });
    $self->_problem("$at variables invalid expression syntax")
        if defined $spec{variables} && (ref $spec{variables} ne 'ARRAY'
            || grep { !expression_valid($_) } @{ $spec{variables} });

    return \%spec;
}

sub _needs ($self, $needs, $at) {
    my @list;

    for my $need (ref $needs eq 'ARRAY' ? @$needs : $needs) {
        my $entry = ref $need eq 'HASH' ? $need : { job => $need };

        if (!defined $entry->{job} || ref $entry->{job}) {
            $self->_problem("$at:needs config is not known to the stand-in");
            next;
        }

        next if exists $entry->{pipeline} || exists $entry->{project};
        push @list, { job => $entry->{job}, optional => $entry->{optional} ? 1 : 0 };
    }

    return \@list;
}

sub _parallel ($self, $job, $parallel, $at) {
    return $job unless defined $parallel;

    if (!ref $parallel) {
        if ($parallel !~ /\A\d+\z/ || $parallel < 1 || $parallel > 200) {
            $self->_problem("$at:parallel config should be an integer from 1 to 200");
            return $job;
        }

        return map { {
            %$job, name => "$job->{name} $_/$parallel",
            variables => [ @{ $job->{variables} },
                { key => 'CI_NODE_INDEX', value => "$_", raw => 1 },
                { key => 'CI_NODE_TOTAL', value => "$parallel", raw => 1 } ],
        } } 1 .. $parallel;
    }

    my $matrix = ref $parallel eq 'HASH' ? $parallel->{matrix} : undef;

    if (ref $matrix ne 'ARRAY') {
        $self->_problem("$at:parallel config is not known to the stand-in");
        return $job;
    }

    my @jobs;

    for my $row (@$matrix) {
        my @sets = ([]);

        for my $key (keys %$row) {
            my $values = ref $row->{$key} ? $row->{$key} : [ $row->{$key} ];
            @sets = map { my $set = $_; map { [ @$set, [ $key, $_ ] ] } @$values } @sets;
        }

        for my $set (@sets) {
            my $label = join ', ', map { $_->[1] } @$set;
            push @jobs, { %$job, name => "$job->{name}: [$label]", variables => [
                @{ $job->{variables} },
                map { { key => $_->[0], value => "$_->[1]", raw => 0 } } @$set ] };
        }
    }

    return @jobs;
}

sub _check_links ($self) {
    my %stage = map { $self->stages->[$_] => $_ } 0 .. $#{ $self->stages };
    my %job   = map { $_->{name} => $_ } @{ $self->jobs };

    for my $job (@{ $self->jobs }) {
        $self->_problem("$job->{name} job: chosen stage $job->{stage} does not exist; "
            . 'available stages are ' . join ', ', @{ $self->stages })
            unless exists $stage{ $job->{stage} };

        for my $need (@{ $job->{needs} // [] }) {
            next if $need->{optional}
                || grep { $_ eq $need->{job} || /\A\Q$need->{job}\E(?: \d+\/\d+|: \[.*\])\z/ }
                    keys %job;
            $self->_problem("$job->{name} job: undefined need: $need->{job}");
        }
    }
}

1;
