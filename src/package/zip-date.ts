/** The one date of every zip that is written, 2009-01-01 00:00:00 as a DOS date and time: no clock, the same bytes each time. */
export const zipDate = (((2009 - 1980) << 25) | (1 << 21) | (1 << 16)) >>> 0;
