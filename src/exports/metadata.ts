export {
  type ProtectedResourceMetadataOptions,
  protectedResourceMetadata,
} from '../slots/auth/metadata.ts';
