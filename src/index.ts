/**
 * The public library: what the command line does, as functions, and the types that they speak.
 * Errors are `UsageError`, `InputError` and `ProofError`; anything else that is thrown is a fault of this package.
 */

export type * from './model/archive.js';
export type * from './model/audit.js';
export type * from './model/build.js';
export type * from './model/cache.js';
export type { CodeText } from './model/codes/code-text.js';
export { type Code, codeTexts } from './model/codes.js';
export type * from './model/configuration/product.js';
export type * from './model/configuration/setting.js';
export type { SettingName, Settings } from './model/configuration/settings.js';
export type * from './model/configuration/shown.js';
export type * from './model/decision.js';
export { reasonSentence } from './model/decision.js';
export type * from './model/delivery.js';
export type * from './model/device-order.js';
export type { Sha1, Sha256 } from './model/digest.js';
export type * from './model/engine-comparison.js';
export { type Fault, InputError, type Place, ProofError, showFault, UsageError } from './model/errors.js';
export type * from './model/explanation.js';
export type * from './model/finding.js';
export type * from './model/fleet.js';
export type * from './model/image-delta.js';
export type * from './model/initiation.js';
export type * from './model/inner.js';
export type * from './model/inspection.js';
export type * from './model/list-rules.js';
export type * from './model/listing.js';
export type * from './model/littlefs.js';
export type * from './model/needs.js';
export type * from './model/nvs.js';
export type * from './model/operation.js';
export type * from './model/package-record.js';
export type * from './model/packed-place.js';
export { allParts, type Part, parseParts } from './model/parts.js';
export type { PatchCache, SharedContents, Turns } from './model/patch-cache.js';
export { type BuildPath, type DevicePath, displayName, toBuildPath } from './model/path.js';
export type * from './model/plan.js';
export type { Ports } from './model/ports.js';
export type * from './model/preflight.js';
export type * from './model/preparation.js';
export type { OnProgress, Progress, Stage } from './model/progress.js';
export type * from './model/quecpython.js';
export type * from './model/signature.js';
export type { SoftwareSummary } from './model/software.js';
export type * from './model/squashfs.js';
export type { EarlyFile, MadeBeside } from './model/tree.js';
export type * from './model/tree-entry.js';
export type * from './model/verification.js';
export { type ArchiveAddRequest, archiveAdd } from './usecases/archive/add.js';
export { type ArchiveRequest, archiveList, archiveVerify } from './usecases/archive/check.js';
export { type ArchiveGetRequest, archiveGet } from './usecases/archive/get.js';
export { type OpenArchivedOptions, openFromArchive } from './usecases/archive/open.js';
export type { ArchiveCopies } from './usecases/archive/remote.js';
export { type AuditRequest, auditFiles as audit } from './usecases/audit/audit-files.js';
export {
  type CachePruneRequest,
  type CacheRequest,
  type CacheServePorts,
  type CacheServeRequest,
  cacheList,
  cachePrune,
  cacheServe,
  cacheVerify,
} from './usecases/cache/cache.js';
export { type Checked, type CheckRequest, check } from './usecases/check.js';
export type { Environment, InForceRequest } from './usecases/configuration/in-force.js';
export {
  type Configuration,
  type ConfigurationRequest,
  openConfiguration,
} from './usecases/configuration/open-configuration.js';
export { showConfiguration } from './usecases/configuration/show.js';
export {
  type DeliverPorts,
  type DeliverRequest,
  type DeliveryEvent,
  deliver,
  deliveryCommands,
} from './usecases/deliver/deliver.js';
export { type Explained, type ExplainRequest, explainSubject as explain } from './usecases/explain.js';
export { type ExtractRequest, extract } from './usecases/extract.js';
export type { MakingOptions } from './usecases/fleet/options.js';
export { type FleetPatches, type FleetPatchesPorts, fleetPatches } from './usecases/fleet/patches.js';
export { type FleetRequest, openFleet } from './usecases/fleet/plan.js';
export {
  type FleetQueueRequest,
  type FleetWorkerPorts,
  type FleetWorkerRequest,
  fleetStatus,
  fleetWorker,
  type QueueRequest,
  runFleetByQueue,
} from './usecases/fleet/queue.js';
export { type FleetRunPorts, type FleetRunRequest, runFleet } from './usecases/fleet/run.js';
export {
  type BsdiffEffort,
  type ChmodPlacement,
  type CompanionFile,
  type EncodingOptions,
  type EngineName,
  type Generated,
  type GenerateOptions,
  type GeneratePackagePorts,
  generatePackage,
  type Levers,
  type PackageEntry,
  type PermissionFamily,
  type ScriptOptions,
  type VerifyOptions,
  type WrittenEntry,
  type WrittenPackage,
} from './usecases/generate/generate.js';
export {
  type GeneratedFrom,
  type GeneratePorts,
  type GenerateRequest,
  generateDefaults,
  generateFiles as generate,
  type ProvenanceOptions,
  type SbomOptions,
} from './usecases/generate/generate-files.js';
export type { OutputPath } from './usecases/hold-apart.js';
export { type ImageApplyRequest, imageApply } from './usecases/image-delta/image-apply.js';
export { type ImageDeltaPorts, type ImageDeltaRequest, imageDelta } from './usecases/image-delta/image-delta.js';
export { type ImageInfoRequest, imageInfo } from './usecases/image-delta/image-info.js';
export type { DeltaTarget } from './usecases/image-delta/plan.js';
export { type InitRequest, init } from './usecases/init/init.js';
export { type InspectRequest, inspectPackage as inspect } from './usecases/inspect/inspect.js';
export { type LittlefsCheckRequest, littlefsCheck } from './usecases/littlefs/check.js';
export { type LittlefsMakeRequest, type LittlefsPreset, littlefsMake } from './usecases/littlefs/make.js';
export { type LsRequest, ls } from './usecases/ls.js';
export {
  type ModulePorts,
  type ModuleRequest,
  type ModuleTreeRequest,
  simulateModule,
  writeModuleTree,
} from './usecases/module/module.js';
export { type NvsDiffRequest, nvsDiff } from './usecases/nvs/diff.js';
export { type NvsDumpRequest, nvsDump } from './usecases/nvs/dump.js';
export type { NvsKeySource } from './usecases/nvs/keys.js';
export { type NvsMakeRequest, nvsMake } from './usecases/nvs/make.js';
export { type NvsMassRequest, nvsMass } from './usecases/nvs/mass.js';
export {
  type ArchivedName,
  type BuildName,
  type ListFile,
  type Lists,
  type Modes,
  type OpenBuildOptions,
  type OpenInputs,
  openBuild,
  type Role,
  readLists,
} from './usecases/open-inputs.js';
export { type PreflightRequest, preflight } from './usecases/preflight/preflight.js';
export { type PrepareRequest, prepare } from './usecases/prepare/prepare.js';
export { type QuecpythonBackupRequest, quecpythonBackup } from './usecases/quecpython/backup.js';
export { type QuecpythonUpdateRequest, quecpythonUpdate } from './usecases/quecpython/update.js';
export { type Released, type ReleasedPackage, type ReleaseRequest, release } from './usecases/release/release.js';
export { type ReproduceRequest, reproduce } from './usecases/reproduce/reproduce.js';
export { type ServePorts, type ServeRequest, serve } from './usecases/serve/serve.js';
export {
  type AskPassphrase,
  type SigningKey,
  type SignPorts,
  type SignRequest,
  signFile as sign,
} from './usecases/sign/sign.js';
export { type SquashfsMakeRequest, squashfsMake, type UbiVolumeRequest } from './usecases/squashfs/make.js';
export { type Supported, type SupportRequest, support } from './usecases/support/support.js';
export {
  isProfileName,
  type KnownContents,
  type ProfileName,
  profileNames,
  type VerifyInputs,
  type VerifyRequest,
  verifyPackage,
} from './usecases/verify/verify.js';
export { type VerifyFilesRequest, verifyFiles as verify } from './usecases/verify/verify-files.js';
export { type VerifySignedRequest, verifySigned } from './usecases/verify/verify-signed.js';
export { type WatchEvent, type WatchPorts, type WatchRequest, watch } from './usecases/watch/watch.js';
export { dfotaVersion } from './version.js';
