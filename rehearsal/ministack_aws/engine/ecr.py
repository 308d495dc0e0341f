"""ECR: repositories, their images and uploads."""

from collections.abc import Mapping

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Record, Request, Response, Store

ECR = "ministack.services.ecr"

repositories = Value[Store[str, Record]](ECR, "_repositories", "AccountRegionScopedDict")
find_image = Function[[str, Mapping[str, str]], Record | None](
    ECR, "_find_image", "(repo_name, image_id)"
)
describe_images = Function[[Request], Response](ECR, "_describe_images", "(data)")
upload_part = Function[[Request], Response](ECR, "_upload_layer_part", "(data)")
complete_upload = Function[[Request], Response](ECR, "_complete_layer_upload", "(data)")
