#!/usr/bin/env bash
# Each client of Huawei's Node SDK is made with its core's ClientBuilder. The core does not export it; the module that has it loads uuid,
# which the core does not ask for. So with nothing but the core, no client can be made.
source "$(dirname "$0")/lab"
package="@huaweicloud/huaweicloud-sdk-core 3.1.211 (npm)"
behaviour="does not export ClientBuilder; its file needs uuid without asking for it"
npm_with @huaweicloud/huaweicloud-sdk-core@3.1.211
seen "exported: BasicCredentials function, ClientBuilder undefined
its file alone: Cannot find module 'uuid'
its file with uuid 8.3.2: function" "$(
  node --input-type=module -e 'import * as core from "@huaweicloud/huaweicloud-sdk-core";
    console.log(`exported: BasicCredentials ${typeof core.BasicCredentials}, ClientBuilder ${typeof core.ClientBuilder}`)'
  load='import("@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js").then(
    (file) => console.log(typeof file.ClientBuilder), (error) => console.log(error.message.split("\n")[0]))'
  printf 'its file alone: %s\n' "$(node --input-type=module -e "$load")"
  npm_with @huaweicloud/huaweicloud-sdk-core@3.1.211 uuid@8.3.2
  printf 'its file with uuid 8.3.2: %s\n' "$(node --input-type=module -e "$load")"
)"
