package StandIn::GitLab::Config;

# A CI/CD configuration, read: includes, extends, !reference, the checks, and
# the jobs as the pipeline needs them (lib/gitlab/ci/config, /yaml_processor).
# What the stand-in does not know it refuses.

use Mojo::Base -base, -signatures;

use Digest::SHA qw(sha1_hex);
use Encode      qw(decode);
use Scalar::Util qw(blessed);
use StandIn::GitLab::Config::Entry qw(check_needs check_policy check_rules
    check_script check_variables is_boolean is_string);
use StandIn::GitLab::Config::Include qw(include_files);
use StandIn::GitLab::Config::Input qw(input_apply);
use StandIn::GitLab::Config::Keyword qw(check_keywords is_duration);
use StandIn::GitLab::Config::Link qw(check_links);
use StandIn::GitLab::Config::Merge qw(ci_stop merge_edges merge_extends
    merge_references);
use StandIn::GitLab::Config::Parallel qw(check_parallel parallel_jobs);
use StandIn::GitLab::Yaml qw(yaml_copy yaml_load);
use StandIn::GitLab::Yaml::Dump qw(yaml_dump);

has [qw(errors warnings jobs stages includes)] => sub { [] };
has [qw(variables workflow tree merged_yaml)];

my %ROOT = map { $_ => 1 } qw(default include before_script image services
    after_script variables stages cache workflow);

my @PROCESSABLE = qw(extends stage only except rules variables inherit
    allow_failure when needs resource_group environment interruptible);
my %JOB_KEY = map { $_ => 1 } @PROCESSABLE, qw(tags script image services
    start_in artifacts cache dependencies before_script after_script hooks
    coverage retry parallel timeout release id_tokens publish pages
    manual_confirmation run secrets dast_configuration identity);
my %BRIDGE_KEY = map { $_ => 1 } @PROCESSABLE, qw(trigger parallel);

my @DEFAULT_KEYS = qw(before_script after_script hooks cache image services
    interruptible timeout retry tags artifacts id_tokens identity);
my %INHERITED_BY_BRIDGE = (interruptible => 1);

my %WHEN = map { $_ => 1 } qw(on_success on_failure always manual delayed);

my %cache;

# `bytes`: the file as committed. `context`: read (path => bytes or undef),
# paths, variables, changed, differs, project, ref, sha and key, which names
# all of it.
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

sub _problem ($self, $text) { push @{ $self->errors }, $text }

sub _load ($self, $bytes, $context) {
    my $tree = include_files(_document($bytes, undef, undef), {
        %$context, document => \&_document, found => $self->includes });

    merge_extends($tree);
    $tree = merge_references($tree);
    merge_edges($tree);

    $self->tree($tree);
    $self->merged_yaml(yaml_dump(yaml_copy($tree)));
    $self->_compile;

    if ($self->valid) {
        $self->jobs([ parallel_jobs(@{ $self->jobs }) ]);
        check_links($self->stages, $self->jobs);
    }
}

# A file's tree; `name` when it was included.
sub _document ($bytes, $name, $inputs) {
    my $text = eval { decode('UTF-8', $bytes, Encode::FB_CROAK) };
    my $of   = defined $name ? "`$name`: " : '';

    ci_stop("${of}Invalid configuration format") unless defined $text;

    my @documents = eval { yaml_load($text) };

    ci_stop($of . $@ =~ s/\n\z//r) if $@;
    ci_stop("${of}The parsed YAML has too many documents") if @documents > 2;

    my $tree = input_apply(\@documents, $inputs);

    ci_stop("${of}Invalid configuration format") if ref $tree ne 'HASH';

    return $tree;
}

sub _compile ($self) {
    my $tree    = $self->tree;
    my $stages  = $tree->{stages};
    my $problem = sub ($text) { $self->_problem($text) };

    if (defined $stages) {
        my @flat = eval { @{ check_script($stages, 'stages', sub ($) { die }) } };

        $self->_problem('stages config should be an array of strings or a nested'
            . ' array of strings up to 10 levels deep') if $@ || ref $stages ne 'ARRAY';
        $stages = \@flat;
    }

    $self->stages($stages // [qw(.pre build test deploy .post)]);
    $self->variables(check_variables($tree->{variables}, 'variables', $problem));
    $self->_compile_workflow($tree->{workflow}) unless _is_job('workflow', $tree->{workflow});

    my $default = $self->_default($tree);

    for my $name (keys %$tree) {
        my $body = $tree->{$name};

        next if $ROOT{$name} && !($name =~ /\A(?:default|workflow)\z/ && _is_job($name, $body));

        if ($name =~ /\A\./) {
            $self->_problem("jobs:$name config can't be blank")
                if !defined $body || ref $body eq 'HASH' && !%$body
                || ref $body eq 'ARRAY' && !@$body || !ref $body && $body !~ /\S/;
            next;
        }

        $self->_compile_job($name, $body, $default);
    }

    $self->_problem('jobs config should contain at least one visible job')
        if !@{ $self->jobs } && $self->valid;
}

sub _is_job ($name, $body) {
    return ref $body eq 'HASH' && grep { exists $body->{$_} } qw(script run trigger needs);
}

sub _default ($self, $tree) {
    my $default = _is_job('default', $tree->{default}) ? {} : $tree->{default} // {};

    if (ref $default ne 'HASH') {
        $self->_problem('default config should be a hash');
        return {};
    }

    my %known   = map { $_ => 1 } @DEFAULT_KEYS;
    my @unknown = grep { !$known{$_} } keys %$default;

    $self->_problem('default config contains unknown keys: ' . join ', ', @unknown)
        if @unknown;

    check_keywords($default, 'default', sub ($text) { $self->_problem($text) });

    my %all = map { $_ => $default->{$_} } grep { defined $default->{$_} } keys %$default;

    check_keywords({ map { $_ => $tree->{$_} } qw(image services cache) }, '',
        sub ($text) { $self->_problem($text =~ s/\A://r) });

    for my $key (qw(before_script after_script image services cache)) {
        next unless defined $tree->{$key};
        $self->_problem("default config $key is defined in top-level and `default:` entry")
            if exists $all{$key};
        $all{$key} = $tree->{$key};
    }

    return \%all;
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

    my $rules = check_rules($workflow->{rules}, 'workflow', 'workflow',
        sub ($text) { $self->_problem($text) });

    $self->workflow({ rules => $rules }) if exists $workflow->{rules};
}

sub _compile_job ($self, $name, $body, $default) {
    my $at      = "jobs:$name";
    my $problem = sub ($text) { $self->_problem("$at$text") };
    my $say     = sub ($text) { $self->_problem($text) };

    return $problem->(' config should implement the script:, run:, or trigger: keyword')
        unless _is_job($name, $body);

    my $bridge = !exists $body->{script} && !exists $body->{run};

    return $problem->(' config should contain either a trigger or a needs:pipeline')
        if $bridge && !defined $body->{trigger};

    $problem->(' name is too long (maximum is 255 characters)') if length $name > 255;

    for my $pair ([qw(script trigger)], [qw(run trigger)], [qw(script run)],
        [qw(before_script run)], [qw(after_script run)])
    {
        my @both = grep { exists $body->{$_} } @$pair;
        $problem->(' config these keys cannot be used together: ' . join ', ', @both)
            if @both == 2;
    }

    my @unknown = grep { !($bridge ? $BRIDGE_KEY{$_} : $JOB_KEY{$_}) } keys %$body;

    $problem->(' config contains unknown keys: ' . join ', ', @unknown) if @unknown;
    $problem->(q{ script can't be blank}) if !$bridge && !exists $body->{run}
        && (!defined $body->{script} || ref $body->{script} eq 'ARRAY' && !@{ $body->{script} }
            || !ref $body->{script} && $body->{script} !~ /\S/);

    check_keywords($body, $at, $say);

    my $takes = $self->_inherits($body->{inherit}, $at);
    my %full  = map { $_ => $body->{$_} } grep { defined $body->{$_} } keys %$body;

    for my $key (grep { !$bridge || $INHERITED_BY_BRIDGE{$_} } @DEFAULT_KEYS) {
        $full{$key} = $default->{$key} if !exists $full{$key}
            && exists $default->{$key} && $takes->('default', $key);
    }

    my $stage = $full{stage} // 'test';

    if (!is_string($stage)) {
        $problem->(':stage config should be a string');
        $stage = 'test';
    }

    my %job = (
        name      => $name,
        stage     => $stage,
        bridge    => $bridge ? 1 : 0,
        trigger   => $full{trigger},
        tags      => $full{tags} // [],
        retry     => $full{retry}, timeout => $full{timeout},
        start_in  => $full{start_in},
        image     => ref $full{image} eq 'HASH' ? $full{image}{name} : $full{image},
        environment  => $full{environment},
        dependencies => $full{dependencies},
        variables => check_variables($full{variables}, "$at:variables", $say, 'value|expand'),
        inherits  => $takes,
        parallel  => check_parallel($full{parallel}, $at, $say, $bridge),
    );

    for my $key (qw(before_script script after_script)) {
        $job{$key} = check_script($full{$key}, "$at:$key", $say);
    }

    $self->_compile_when(\%job, \%full, $at);
    $self->_compile_inclusion(\%job, \%full, $body, $at);

    $job{needs} = check_needs($full{needs}, $at, $say) if defined $full{needs};

    push @{ $self->jobs }, \%job;
}

# What of `default:` and `variables:` a job takes.
sub _inherits ($self, $inherit, $at) {
    my %rule = ref $inherit eq 'HASH' ? %$inherit : ();
    my @unknown = grep { !/\A(?:default|variables)\z/ } keys %rule;

    $self->_problem("$at:inherit config should be a hash")
        if defined $inherit && ref $inherit ne 'HASH';
    $self->_problem("$at:inherit config contains unknown keys: " . join ', ', @unknown)
        if @unknown;

    for my $from (qw(default variables)) {
        $self->_problem("$at:inherit:$from should be a bool or array of strings")
            if defined $rule{$from} && !is_boolean($rule{$from}) && (ref $rule{$from} ne 'ARRAY'
                || grep { !is_string($_) } @{ $rule{$from} });
    }

    my %known = map { $_ => 1 } @DEFAULT_KEYS;
    my @odd   = ref $rule{default} eq 'ARRAY' ? grep { !$known{ $_ // '' } } @{ $rule{default} } : ();

    $self->_problem("$at:inherit:default config contains unknown values: " . join ', ', @odd)
        if @odd;

    return sub ($from, $key) {
        my $rule = $rule{$from} // return 1;
        return ref $rule eq 'ARRAY' ? !!grep { $_ eq $key } @$rule : !!$rule;
    };
}

sub _compile_when ($self, $job, $full, $at) {
    my $when    = $full->{when};
    my $delayed = ($when // '') eq 'delayed';

    if (defined $when) {
        $self->_problem("$at when should be one of: on_success, on_failure, always, manual"
            . ($job->{bridge} ? '' : ', delayed'))
            if ref $when || !$WHEN{$when} || $delayed && $job->{bridge};
        $job->{when} = $when;
    }

    $self->_problem("$at start in should be a duration")
        if $delayed && !is_duration($full->{start_in});
    $self->_problem("$at start in must be blank") if !$delayed && length($full->{start_in} // '')
        && !exists $full->{rules};

    if (ref $full->{allow_failure} eq 'HASH') {
        my $codes = $full->{allow_failure}{exit_codes};
        $job->{allow_failure_codes} = ref $codes ? $codes : [$codes];
        $job->{allow_failure} = 0;

    } elsif (defined $full->{allow_failure}) {
        $self->_problem("$at allow failure should be a hash or a boolean value")
            unless is_boolean($full->{allow_failure});
        $job->{allow_failure} = $full->{allow_failure} ? 1 : 0;
    }
}

# rules, or only and except and when their defaults hold (entry/processable.rb).
sub _compile_inclusion ($self, $job, $full, $body, $at) {
    my $say = sub ($text) { $self->_problem($text) };

    if (defined $full->{rules}) {
        my @both = grep { exists $full->{$_} } qw(only except start_in);

        $self->_problem("$at config key may not be used with `rules`: "
            . join ', ', @both) if @both;
        $job->{rules} = check_rules($full->{rules}, $at, 'job', $say);
        return;
    }

    $job->{only}   = check_policy($full->{only},   "$at:only", $say);
    $job->{except} = check_policy($full->{except}, "$at:except", $say);

    if ($job->{only}) {
        $job->{only}{refs} = [qw(branches tags)] unless exists $job->{only}{refs};

    } elsif (!$self->workflow && !exists $body->{rules}) {
        $job->{only} = { refs => [qw(branches tags)] };
    }
}

1;
