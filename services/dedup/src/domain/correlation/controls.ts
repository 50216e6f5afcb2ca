/**
 * One control of a configuration under the names that tools give it. Sources: the tools' published rule lists (Checkov's
 * policy index, Trivy's AVD, Hadolint's and kube-linter's rules, KICS' query names, Semgrep's registry, zizmor's audits)
 * against CIS Docker/Kubernetes/AWS benchmarks and AWS FSBP. Only what checks the very same setting stands together; a
 * tool's wider rule (all ports open) is not the narrower one of another (port 22 open).
 */
const DOCKERFILE: Readonly<Record<string, string>> = {
  'docker-latest': 'CKV_DOCKER_7 DS-1 DL3006 DL3007 avoid-latest-version missing-image-version image_version_using_latest',
  'docker-last-user-root': 'CKV_DOCKER_8 DS-2 DL3002 last-user-is-root last_user_is_root',
  'docker-user-missing': 'CKV_DOCKER_3 DS-2 missing-user missing_user_instruction',
  'docker-add': 'CKV_DOCKER_4 DS-5 DL3020 prefer-copy-over-add add_instead_of_copy',
  'docker-healthcheck': 'CKV_DOCKER_2 DS-26 healthcheck_instruction_missing',
  'docker-ssh-port': 'CKV_DOCKER_1 DS-4',
  'docker-apt-recommends': 'DS-29 DL3015 missing-no-install-recommends apt_get_not_avoiding_additional_packages',
  'docker-apt-lists': 'DL3009 remove-package-lists',
  'docker-apt-pin': 'DL3008 apt_get_install_pin_version_not_defined',
  'docker-apt-yes': 'DS-21 DL3014 missing-assume-yes-switch apt_get_missing_flags_to_avoid_manual_input',
  'docker-apt-upgrade': 'DS-24 DL3005 avoid-apt-get-upgrade',
  'docker-apk-cache': 'DS-25 DL3019 missing-apk-no-cache',
  'docker-yum-clean': 'DS-15 DL3032 missing-yum-clean-all',
  'docker-pip-cache': 'DL3042 missing-pip-no-cache-dir',
  'docker-exec-form': 'DL3025 prefer-json-notation',
  'docker-sudo': 'DS-10 DL3004 CKV2_DOCKER_1',
  'docker-cd': 'DS-13 DL3003 use-workdir',
  'docker-workdir': 'DS-9 DL3000 CKV_DOCKER_10 use-absolute-workdir workdir_path_not_absolute',
  'docker-many-cmd': 'DS-16 DL4003 multiple-cmd-instructions multiple_cmd_instructions_listed',
  'docker-many-entrypoint': 'DS-7 DL4004 multiple-entrypoint-instructions',
  'docker-maintainer': 'DS-22 DL4000 CKV_DOCKER_6 maintainer-is-deprecated maintainer_instruction_being_used',
  'docker-pipefail': 'DL4006 set-pipefail',
  'docker-platform': 'DL3029 avoid-platform-with-from',
  'hard-coded-credential': 'DS-31 DL3064',
};

const KUBERNETES: Readonly<Record<string, string>> = {
  'k8s-privilege-escalation': 'CKV_K8S_20 KSV-1 privilege-escalation-container allow-privilege-escalation allow-privilege-escalation-no-securitycontext privilege_escalation_allowed',
  'k8s-docker-socket': 'CKV_K8S_27 KSV-6 docker-sock exposing-docker-socket-hostpath',
  'k8s-host-ipc': 'CKV_K8S_18 KSV-8 host-ipc hostipc-pod shared_host_ipc_namespace',
  'k8s-host-network': 'CKV_K8S_19 KSV-9 host-network hostnetwork-pod shared_host_network_namespace',
  'k8s-host-pid': 'CKV_K8S_17 KSV-10 host-pid hostpid-pod shared_host_pid_namespace',
  'k8s-cpu-limit': 'CKV_K8S_11 KSV-11 cpu_limits_not_set',
  'k8s-run-as-non-root': 'CKV_K8S_23 KSV-12 run-as-non-root container_running_as_root',
  'k8s-latest': 'CKV_K8S_14 KSV-13 latest-tag',
  'k8s-read-only-root': 'CKV_K8S_22 KSV-14 no-read-only-root-fs writable-filesystem-container root_container_not_mounted_read_only',
  'k8s-cpu-request': 'CKV_K8S_10 KSV-15',
  'k8s-memory-request': 'CKV_K8S_12 KSV-16',
  'k8s-privileged': 'CKV_K8S_16 KSV-17 privileged-container container_is_privileged',
  'k8s-memory-limit': 'CKV_K8S_13 KSV-18 memory_limits_not_defined',
  'k8s-high-uid': 'CKV_K8S_40 KSV-20',
  'k8s-seccomp': 'CKV_K8S_31 KSV-30 seccomp_profile_is_not_configured',
  'k8s-token-mount': 'CKV_K8S_38 KSV-36',
  'k8s-default-namespace': 'CKV_K8S_21 KSV-110 use-namespace',
  'k8s-liveness': 'CKV_K8S_8 no-liveness-probe liveness_probe_is_not_defined',
  'k8s-readiness': 'CKV_K8S_9 no-readiness-probe readiness_probe_is_not_configured',
};

const AWS: Readonly<Record<string, string>> = {
  's3-logging': 'CKV_AWS_18 AWS-89 s3_bucket_logging_disabled',
  's3-encryption': 'CKV_AWS_19 AWS-88',
  's3-kms': 'CKV_AWS_145 AWS-132',
  's3-public-acl': 'CKV_AWS_20 AWS-92',
  's3-versioning': 'CKV_AWS_21 AWS-90 s3_bucket_without_versioning',
  's3-block-public-acls': 'CKV_AWS_53 AWS-86',
  's3-block-public-policy': 'CKV_AWS_54 AWS-87',
  's3-ignore-public-acls': 'CKV_AWS_55 AWS-91',
  's3-restrict-public-buckets': 'CKV_AWS_56 AWS-93',
  's3-public-access-block': 'CKV2_AWS_6 AWS-94',
  'rds-encryption': 'CKV_AWS_16 AWS-80',
  'rds-public': 'CKV_AWS_17 AWS-180 rds_db_instance_publicly_accessible',
  'rds-deletion-protection': 'CKV_AWS_293 AWS-177',
  'rds-iam': 'CKV_AWS_161 AWS-176',
  'rds-performance-insights': 'CKV_AWS_353 AWS-133',
  'rds-backup': 'CKV_AWS_133 AWS-77',
  'alb-invalid-headers': 'CKV_AWS_131 AWS-52',
  'alb-http': 'CKV_AWS_2 AWS-54',
  'alb-tls': 'CKV_AWS_103 AWS-47',
  'ebs-encryption': 'CKV_AWS_3 AWS-26',
  'ec2-block-encryption': 'CKV_AWS_8 AWS-131',
  'ec2-imdsv2': 'CKV_AWS_79 AWS-28',
  'ecr-scan': 'CKV_AWS_163 AWS-30',
  'ecr-immutable': 'CKV_AWS_51 AWS-31',
  'ecr-kms': 'CKV_AWS_136 AWS-33',
  'eks-logging': 'CKV_AWS_37 AWS-38',
  'eks-secrets': 'CKV_AWS_58 AWS-39',
  'eks-public': 'CKV_AWS_39 AWS-40',
  'eks-public-cidr': 'CKV_AWS_38 AWS-41',
  'cloudtrail-regions': 'CKV_AWS_67 AWS-14',
  'cloudtrail-kms': 'CKV_AWS_35 AWS-15',
  'cloudtrail-validation': 'CKV_AWS_36 AWS-16',
  'cloudfront-logging': 'CKV_AWS_86 AWS-10',
  'cloudfront-waf': 'CKV_AWS_68 AWS-11',
  'cloudfront-https': 'CKV_AWS_34 AWS-12',
  'kms-rotation': 'CKV_AWS_7 AWS-65',
  'sqs-encryption': 'CKV_AWS_27 AWS-96',
  'sns-encryption': 'CKV_AWS_26 AWS-95',
  'efs-encryption': 'CKV_AWS_42 AWS-37',
  'dynamodb-recovery': 'CKV_AWS_28 AWS-24',
  'dynamodb-kms': 'CKV_AWS_119 AWS-25',
  'lambda-tracing': 'CKV_AWS_50 AWS-66',
  'apigateway-logging': 'CKV_AWS_76 AWS-1',
  'apigateway-tracing': 'CKV_AWS_73 AWS-3',
  'ecs-insights': 'CKV_AWS_65 AWS-34',
  'ecs-transit': 'CKV_AWS_97 AWS-35',
  'log-group-kms': 'CKV_AWS_158 AWS-17',
  'redshift-encryption': 'CKV_AWS_64 AWS-84',
  'kinesis-encryption': 'CKV_AWS_43 AWS-64',
  'secretsmanager-kms': 'CKV_AWS_149 AWS-98',
};

const WORKFLOWS: Readonly<Record<string, string>> = {
  'workflow-script-injection': 'CKV_GHA_2 zizmor/template-injection run-shell-injection actions/code-injection/critical actions/code-injection/medium',
  'workflow-permissions': 'CKV2_GHA_1 zizmor/excessive-permissions actions/missing-workflow-permissions',
  'workflow-unpinned-action': 'zizmor/unpinned-uses third-party-action-not-pinned-to-commit-sha actions/unpinned-tag',
};

/** Controls about a file as a whole: tools report them at any line of it, or at none. */
const WHOLE_FILE = new Set(['docker-healthcheck', 'docker-user-missing']);

const CONTROLS_OF = new Map<string, string[]>();
for (const [control, ids] of [DOCKERFILE, KUBERNETES, AWS, WORKFLOWS].flatMap((group) => Object.entries(group))) {
  for (const id of ids.toLowerCase().split(' ')) CONTROLS_OF.set(id, [...(CONTROLS_OF.get(id) ?? []), control]);
}

/** `AVD-DS-0002`, `DS002` and `DS-0002` are one id of Trivy. */
const TRIVY = /^(?:avd-)?(ds|ksv|aws)-?0*(\d+)$/;

/** Canonical controls that a rule checks, by its id, the last part of its id (Semgrep), or its name (KICS). */
export function controlsOf(rule: string, ruleName: string): readonly string[] {
  const id = rule.toLowerCase();
  const named = ruleName.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  for (const candidate of [id, id.replace(TRIVY, '$1-$2'), id.slice(id.lastIndexOf('.') + 1), named]) {
    const controls = CONTROLS_OF.get(candidate);
    if (controls !== undefined) return controls;
  }
  return [];
}

const CONTROLS = new Set([DOCKERFILE, KUBERNETES, AWS, WORKFLOWS].flatMap((group) => Object.keys(group)));

/** Whether a kind is a setting of a block, which tools report at the block or at the setting. */
export const isControl = (kind: string): boolean => kind !== 'hard-coded-credential' && CONTROLS.has(kind);

export const isWholeFile = (kind: string): boolean => WHOLE_FILE.has(kind);
