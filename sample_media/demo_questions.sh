#!/bin/sh
# The two questions of `make demo`: where was a product pitched, and what is on at a moment?
# Usage: demo_questions.sh KANDIAN WORKSPACE
set -eu
kandian=$1
workspace=$2
ask() {
  echo
  echo "\$ kandian $*"
  "$kandian" --workspace "$workspace" "$@" --format table
}
ask find --product YS8101
ask find --recording demo --at 2:40
