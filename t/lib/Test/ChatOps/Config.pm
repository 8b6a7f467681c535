package Test::ChatOps::Config;

# The configuration that a block gets when it does not write its own.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(http_config server_config);


# `set`: root, dir (of the block), store, upstream (GitLab's address), gitlab,
# slack (base URLs) and the paths of the files signing_secret, token, users.
sub http_config {
    my ($set, $more) = @_;

    return <<"EOF" . $more;
    chatops_zone   chatops:8m;
    chatops_store  sqlite:$set->{store};

    upstream gitlab {
        server     $set->{upstream};
        keepalive  16;
    }
EOF
}


sub server_config {
    my ($set, $more) = @_;

    return <<"EOF";
        location = /chatops {
            chatops                      slack;
            chatops_signing_secret_file  $set->{signing_secret};
            chatops_gitlab               $set->{gitlab};
            chatops_gitlab_token_file    $set->{token};
            chatops_gitlab_location      /gitlab-api;
            chatops_project              ops/infra;
            chatops_users_file           $set->{users};
            chatops_response_hosts       $set->{slack};
$more
        }

        location /gitlab-api/ {
            include     $set->{root}/conf/chatops_gitlab.conf;
            proxy_pass  http://gitlab/api/v4/;
        }
EOF
}


1;
