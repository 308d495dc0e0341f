#!/usr/bin/env bash
# Builds the image and pushes it as $ECR_REPO_URI:$IMAGE_TAG; tags are immutable, so a tag that is
# there already is this commit's image.
set -euo pipefail
registry="${ECR_REPO_URI%%/*}"
repository="${ECR_REPO_URI#*/}"
if aws ecr describe-images --repository-name "$repository" --image-ids "imageTag=$IMAGE_TAG" >/dev/null 2>&1; then
  printf 'the image %s:%s is there already\n' "$repository" "$IMAGE_TAG"
  exit 0
fi
aws ecr get-login-password --region "$AWS_REGION" |
  docker login --username AWS --password-stdin "$registry"
docker build --file container/Dockerfile --tag "$ECR_REPO_URI:$IMAGE_TAG" .
docker push "$ECR_REPO_URI:$IMAGE_TAG"
