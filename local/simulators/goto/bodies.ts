/** What GoTo accepts (goto-api.md 2.6, 2.7, 2.10). */
import { LosslessNumber } from 'lossless-json';
import { z } from 'zod';

export const createBody = z.object({
  users: z
    .array(
      z.object({
        email: z.string(),
        firstName: z.string(),
        lastName: z.string(),
        locale: z.string().optional(),
        timeZone: z.string().optional(),
      }),
    )
    .min(1)
    .max(25),
  licenseKeys: z.array(z.instanceof(LosslessNumber)).default([]),
});
export const updateBody = z.object({
  email: z.string().optional(),
  firstName: z.string().max(32).optional(),
  lastName: z.string().max(32).optional(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
  licenseKeys: z.array(z.instanceof(LosslessNumber)).optional(),
  groupKey: z.instanceof(LosslessNumber).optional(),
  adminRoles: z.array(z.string()).optional(),
});
export const groupBody = z.object({ name: z.string().min(1).max(128) });
