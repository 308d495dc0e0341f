#!/usr/bin/env bash
# Builds the image, pushes it, and prints the digest of what was pushed; everything else goes to
# stderr. The tag is this build's own, and no image that lies in the repository is ever taken for
# the one of this commit: whoever pushed it may have put anything into it.
set -euo pipefail
registry="${ECR_REPO_URI%%/*}"
image="$ECR_REPO_URI:$COMMIT_ID-${CODEBUILD_BUILD_ID##*:}"
# What the build trusts, where the organization has authorities of its own (buildspec.image.yml).
authorities=()
if [[ -n ${CA_CERTIFICATES:-} ]]; then
  authorities=(--secret "id=authorities,src=$SSL_CERT_FILE")
fi
{
  aws ecr get-login-password --region "$AWS_REGION" |
    docker login --username AWS --password-stdin "$registry"
  # The Dockerfile needs BuildKit: --chmod of COPY, --mount of RUN.
  DOCKER_BUILDKIT=1 docker build --build-arg PIP_INDEX_URL --build-arg HTTP_PROXY \
    --build-arg HTTPS_PROXY --build-arg NO_PROXY "${authorities[@]}" \
    --file container/Dockerfile --tag "$image" .
  if ! docker push "$image"; then
    printf 'error: %s was not pushed. If the tag exists already, somebody who knew it has pushed ' "$image"
    printf 'another image under it, and tags are immutable: find out who (CloudTrail, PutImage), '
    printf 'delete that image, and start this pipeline again\n'
    exit 1
  fi
} >&2
digests="$(docker inspect --format '{{join .RepoDigests "\n"}}' "$image")"
digest="$(sed -n "s|^$ECR_REPO_URI@||p" <<<"$digests")"
if [[ ! $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then
  printf 'error: docker does not say what it has pushed as %s: %s\n' "$image" "$digests" >&2
  exit 1
fi
printf '%s\n' "$digest"
