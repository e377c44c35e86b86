import type { CodeTexts } from './code-text.js';

/** What is wrong with a patch from one image to another, or with what it is made of or applied to. */
export const imageDeltasCodes = {
  'delta-image-large': {
    meaning: 'an image is larger than an image delta can be made for',
    remedy: 'make deltas of its partitions, one by one',
  },
  'delta-plan': {
    meaning: 'no patch fits what the device has: memory, backup area or flash blocks',
    remedy: 'change the option that the message names to a value that it says would fit',
  },
  'delta-option': {
    meaning: 'an option of an image delta is outside of what the format can say',
    remedy: 'give a value within the limits that the message names',
  },
  'delta-not-a-patch': {
    meaning: 'the file is no image delta',
    remedy: 'give a file that dfota image-delta has made',
  },
  'delta-version': {
    meaning: 'the image delta is of another version of the format',
    remedy: 'apply it with the version of dfota that knows it, or make it again',
  },
  'delta-header-cut': {
    meaning: 'the image delta ends within its header',
    remedy: 'fetch the patch again: it is cut short',
  },
  'delta-header-damaged': {
    meaning: 'the header of the image delta is not what was written: its SHA-256 differs',
    remedy: 'fetch the patch again',
  },
  'delta-feature': {
    meaning: 'the image delta needs a feature that is not known here',
    remedy: 'apply it with a newer version of dfota',
  },
  'delta-value': {
    meaning: 'the header of the image delta says what cannot be',
    remedy: 'make the patch again: whatever wrote it is at fault',
  },
  'delta-format': {
    meaning: 'the image delta is for a code format that is not known here',
    remedy: 'apply it with a newer version of dfota',
  },
  'delta-signature': {
    meaning: 'the image delta is not signed, or not by the key that is asked for',
    remedy: 'take the patch from who holds the key; dfota image-delta --key signs one',
  },
  'delta-product': {
    meaning: 'the image delta is for another product',
    remedy: 'take the patch for this product',
  },
  'delta-counter': {
    meaning: 'the image delta is older than what is installed',
    remedy: 'make a patch with a counter that is not lower than that of the device',
  },
  'delta-memory': {
    meaning: 'the image delta needs more memory than the device has',
    remedy: 'make it again with a smaller --ram',
  },
  'delta-patch-cut': {
    meaning: 'the image delta is cut short',
    remedy: 'fetch the patch again',
  },
  'delta-patch-long': {
    meaning: 'there is something behind the image delta',
    remedy: 'give the patch alone',
  },
  'delta-old-size': {
    meaning: 'the old image has another size than the image delta is for',
    remedy: 'give the image that the patch was made from',
  },
  'delta-old-image': {
    meaning: 'the old image is not the one that the image delta is for',
    remedy: 'give the image that the patch was made from',
  },
  'delta-segment-damaged': {
    meaning: 'a segment of the image delta is damaged: its check sum differs',
    remedy: 'fetch the patch again',
  },
  'delta-stream': {
    meaning: 'a segment of the image delta asks for bytes that are not there',
    remedy: 'make the patch again: whatever wrote it is at fault',
  },
  'delta-segment-wrong': {
    meaning: 'a segment of the new image came out wrong',
    remedy: 'make the patch again: whatever wrote it is at fault',
  },
  'delta-new-image': {
    meaning: 'the new image came out wrong',
    remedy: 'make the patch again: whatever wrote it is at fault',
  },
  'delta-codec': {
    meaning: 'the image delta has packed parts of a kind that is not known here',
    remedy: 'take a newer dfota, or make the patch without --repack',
  },
  'delta-old-part': {
    meaning: 'a packed part of the old image is not what the image delta says',
    remedy: 'make the patch again: whatever wrote it is at fault',
  },
  'delta-decisions': {
    meaning: 'a packed part of the new image cannot be written from what the image delta holds',
    remedy: 'make the patch again: whatever wrote it is at fault',
  },
  'delta-inner': {
    meaning: 'the image delta within the patch over packed parts is damaged or belongs to another one',
    remedy: 'fetch the patch again',
  },
} as const satisfies CodeTexts;
