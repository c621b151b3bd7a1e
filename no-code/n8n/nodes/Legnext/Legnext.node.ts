// Written by `make generate` from openapi.yaml; do not edit it.
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

export class Legnext implements INodeType {
	description: INodeTypeDescription = {
		"displayName": "Legnext",
		"name": "legnext",
		"icon": "file:legnext.svg",
		"group": [
			"transform"
		],
		"version": 1,
		"subtitle": "={{ $parameter[\"operation\"] }}",
		"description": "Images and videos by Midjourney models, with the Legnext API",
		"defaults": {
			"name": "Legnext"
		},
		"usableAsTool": true,
		"inputs": [
			"main"
		],
		"outputs": [
			"main"
		],
		"credentials": [
			{
				"name": "legnextClientApi",
				"required": true
			}
		],
		"requestDefaults": {
			"baseURL": "={{ $credentials.baseUrl || \"https://api.legnext.ai/api\" }}"
		},
		"properties": [
			{
				"displayName": "Resource",
				"name": "resource",
				"type": "options",
				"noDataExpression": true,
				"options": [
					{
						"name": "Image Generation",
						"value": "image_generation"
					},
					{
						"name": "Video Generation",
						"value": "video_generation"
					},
					{
						"name": "Prompts and Descriptions",
						"value": "prompts_and_descriptions"
					},
					{
						"name": "Task Management",
						"value": "task_management"
					},
					{
						"name": "Account Management",
						"value": "account_management"
					}
				],
				"default": "image_generation"
			},
			{
				"displayName": "Operation",
				"name": "operation",
				"type": "options",
				"noDataExpression": true,
				"options": [
					{
						"name": "Make images from a text",
						"value": "diffusion",
						"action": "Make images from a text",
						"description": "Make images from a text. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/diffusion"
							}
						}
					},
					{
						"name": "Make variations of an image",
						"value": "variation",
						"action": "Make variations of an image",
						"description": "Make variations of an image. Costs 120 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/variation"
							}
						}
					},
					{
						"name": "Enlarge an image",
						"value": "upscale",
						"action": "Enlarge an image",
						"description": "Enlarge an image. Costs 120 to 160 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/upscale"
							}
						}
					},
					{
						"name": "Run a job again",
						"value": "reroll",
						"action": "Run a job again",
						"description": "Run a job again. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/reroll"
							}
						}
					},
					{
						"name": "Blend images into one",
						"value": "blend",
						"action": "Blend images into one",
						"description": "Blend images into one. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/blend"
							}
						}
					},
					{
						"name": "Extend an image to one side",
						"value": "pan",
						"action": "Extend an image to one side",
						"description": "Extend an image to one side. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/pan"
							}
						}
					},
					{
						"name": "Extend an image on all sides",
						"value": "outpaint",
						"action": "Extend an image on all sides",
						"description": "Extend an image on all sides. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/outpaint"
							}
						}
					},
					{
						"name": "Repaint parts of an image",
						"value": "inpaint",
						"action": "Repaint parts of an image",
						"description": "Repaint parts of an image. Costs 120 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/inpaint"
							}
						}
					},
					{
						"name": "Change an image with a new prompt",
						"value": "remix",
						"action": "Change an image with a new prompt",
						"description": "Change an image with a new prompt. Costs 120 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/remix"
							}
						}
					},
					{
						"name": "Move an image on a canvas and repaint",
						"value": "edit",
						"action": "Move an image on a canvas and repaint",
						"description": "Move an image on a canvas and repaint. Costs 120 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/edit"
							}
						}
					},
					{
						"name": "Edit an image of your own",
						"value": "upload_paint",
						"action": "Edit an image of your own",
						"description": "Edit an image of your own. Costs 120 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/upload-paint"
							}
						}
					},
					{
						"name": "Give an image another material",
						"value": "retexture",
						"action": "Give an image another material",
						"description": "Give an image another material. Costs 120 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/retexture"
							}
						}
					},
					{
						"name": "Remove the background of an image",
						"value": "remove_background",
						"action": "Remove the background of an image",
						"description": "Remove the background of an image. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/remove-background"
							}
						}
					},
					{
						"name": "Finish a draft",
						"value": "enhance",
						"action": "Finish a draft",
						"description": "Finish a draft. Costs 80 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/enhance"
							}
						}
					},
					{
						"name": "Enlarge up to 12K with Topaz",
						"value": "enhance_upscale",
						"action": "Enlarge up to 12K with Topaz",
						"description": "Enlarge up to 12K with Topaz. Costs 120 to 540 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/enhance-upscale"
							}
						}
					}
				],
				"default": "diffusion",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						]
					}
				}
			},
			{
				"displayName": "Text",
				"name": "text",
				"required": true,
				"type": "string",
				"default": "",
				"typeOptions": {
					"rows": 4
				},
				"routing": {
					"send": {
						"type": "body",
						"property": "text",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Description of the image, with flags at the end.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"diffusion"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"diffusion"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"variation"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"variation"
						]
					}
				}
			},
			{
				"displayName": "Type",
				"name": "type",
				"required": true,
				"type": "options",
				"options": [
					{
						"name": "Subtle",
						"value": 0
					},
					{
						"name": "Strong",
						"value": 1
					}
				],
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "type",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "How much changes. 0 is subtle, 1 is strong.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"variation"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Remix Prompt",
						"name": "remixPrompt",
						"type": "string",
						"default": "",
						"typeOptions": {
							"rows": 4
						},
						"routing": {
							"send": {
								"type": "body",
								"property": "remixPrompt",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Description of the image, with flags at the end."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"variation"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upscale"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upscale"
						]
					}
				}
			},
			{
				"displayName": "Type",
				"name": "type",
				"required": true,
				"type": "options",
				"options": [
					{
						"name": "Subtle",
						"value": 0
					},
					{
						"name": "Creative",
						"value": 1
					}
				],
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "type",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "How to enlarge. 0 is subtle, 1 is creative.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upscale"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upscale"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"reroll"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"reroll"
						]
					}
				}
			},
			{
				"displayName": "Img URLs",
				"name": "imgUrls",
				"required": true,
				"type": "string",
				"typeOptions": {
					"multipleValues": true
				},
				"default": [],
				"routing": {
					"send": {
						"type": "body",
						"property": "imgUrls",
						"value": "={{ $value.filter((each) => each !== \"\") }}"
					}
				},
				"description": "The URLs of the images.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"blend"
						]
					}
				}
			},
			{
				"displayName": "Aspect Ratio",
				"name": "aspect_ratio",
				"required": true,
				"type": "options",
				"options": [
					{
						"name": "2:3",
						"value": "2:3"
					},
					{
						"name": "1:1",
						"value": "1:1"
					},
					{
						"name": "3:2",
						"value": "3:2"
					}
				],
				"default": "2:3",
				"routing": {
					"send": {
						"type": "body",
						"property": "aspect_ratio",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The shape of the images.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"blend"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"blend"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"pan"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"pan"
						]
					}
				}
			},
			{
				"displayName": "Direction",
				"name": "direction",
				"required": true,
				"type": "options",
				"options": [
					{
						"name": "Down",
						"value": 0
					},
					{
						"name": "Right",
						"value": 1
					},
					{
						"name": "UP",
						"value": 2
					},
					{
						"name": "Left",
						"value": 3
					}
				],
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "direction",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Where to extend. 0 is down, 1 right, 2 up, 3 left.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"pan"
						]
					}
				}
			},
			{
				"displayName": "Scale",
				"name": "scale",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 1.1,
					"maxValue": 3.0,
					"numberPrecision": 3
				},
				"default": 1.1,
				"routing": {
					"send": {
						"type": "body",
						"property": "scale",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "How long the image becomes in that direction, as a multiple.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"pan"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Remix Prompt",
						"name": "remixPrompt",
						"type": "string",
						"default": "",
						"typeOptions": {
							"rows": 4
						},
						"routing": {
							"send": {
								"type": "body",
								"property": "remixPrompt",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Description of the image, with flags at the end."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"pan"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"outpaint"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"outpaint"
						]
					}
				}
			},
			{
				"displayName": "Scale",
				"name": "scale",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 1.1,
					"maxValue": 2.0,
					"numberPrecision": 3
				},
				"default": 1.1,
				"routing": {
					"send": {
						"type": "body",
						"property": "scale",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "How large the image becomes, as a multiple.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"outpaint"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Remix Prompt",
						"name": "remixPrompt",
						"type": "string",
						"default": "",
						"typeOptions": {
							"rows": 4
						},
						"routing": {
							"send": {
								"type": "body",
								"property": "remixPrompt",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Description of the image, with flags at the end."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"outpaint"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"inpaint"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"inpaint"
						]
					}
				}
			},
			{
				"displayName": "Mask",
				"name": "mask",
				"required": true,
				"type": "json",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "mask",
						"value": "={{ typeof $value !== \"string\" ? $value : $value.trim() ? JSON.parse($value) : undefined }}"
					}
				},
				"description": "The area to repaint, by polygons or by a black and white image (white is repainted). One of the two.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"inpaint"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Remix Prompt",
						"name": "remixPrompt",
						"type": "string",
						"default": "",
						"typeOptions": {
							"rows": 4
						},
						"routing": {
							"send": {
								"type": "body",
								"property": "remixPrompt",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Description of the image, with flags at the end."
					},
					{
						"displayName": "Area",
						"name": "area",
						"type": "json",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "area",
								"value": "={{ typeof $value !== \"string\" ? $value : $value.trim() ? JSON.parse($value) : undefined }}"
							}
						},
						"description": "An area of an image, by its corners."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"inpaint"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"remix"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"remix"
						]
					}
				}
			},
			{
				"displayName": "Remix Prompt",
				"name": "remixPrompt",
				"required": true,
				"type": "string",
				"default": "",
				"typeOptions": {
					"rows": 4
				},
				"routing": {
					"send": {
						"type": "body",
						"property": "remixPrompt",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Description of the image, with flags at the end.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"remix"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Mode",
						"name": "mode",
						"type": "options",
						"options": [
							{
								"name": "Strong",
								"value": 0
							},
							{
								"name": "Subtle",
								"value": 1
							}
						],
						"default": 0,
						"routing": {
							"send": {
								"type": "body",
								"property": "mode",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "How much changes. 0 is strong, 1 is subtle."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"remix"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Canvas Width",
				"name": "canvas_width",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "canvas.width",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Width in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Canvas Height",
				"name": "canvas_height",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "canvas.height",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Height in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Img Pos Width",
				"name": "imgPos_width",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.width",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Width in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Img Pos Height",
				"name": "imgPos_height",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.height",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Height in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Img Pos X",
				"name": "imgPos_x",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.x",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Pixels from the canvas' left edge; can be negative.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Img Pos Y",
				"name": "imgPos_y",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.y",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Pixels from the canvas' top edge; can be negative.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Remix Prompt",
				"name": "remixPrompt",
				"required": true,
				"type": "string",
				"default": "",
				"typeOptions": {
					"rows": 4
				},
				"routing": {
					"send": {
						"type": "body",
						"property": "remixPrompt",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Description of the image, with flags at the end.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Mask",
						"name": "mask",
						"type": "json",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "mask",
								"value": "={{ typeof $value !== \"string\" ? $value : $value.trim() ? JSON.parse($value) : undefined }}"
							}
						},
						"description": "The area to repaint, by polygons or by a black and white image (white is repainted). One of the two."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"edit"
						]
					}
				}
			},
			{
				"displayName": "Img URL",
				"name": "imgUrl",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "imgUrl",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The URL of an image.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Canvas Width",
				"name": "canvas_width",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "canvas.width",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Width in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Canvas Height",
				"name": "canvas_height",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "canvas.height",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Height in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Img Pos Width",
				"name": "imgPos_width",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.width",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Width in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Img Pos Height",
				"name": "imgPos_height",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.height",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Height in pixels.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Img Pos X",
				"name": "imgPos_x",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.x",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Pixels from the canvas' left edge; can be negative.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Img Pos Y",
				"name": "imgPos_y",
				"required": true,
				"type": "number",
				"typeOptions": {
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imgPos.y",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Pixels from the canvas' top edge; can be negative.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Remix Prompt",
				"name": "remixPrompt",
				"required": true,
				"type": "string",
				"default": "",
				"typeOptions": {
					"rows": 4
				},
				"routing": {
					"send": {
						"type": "body",
						"property": "remixPrompt",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Description of the image, with flags at the end.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Mask",
				"name": "mask",
				"required": true,
				"type": "json",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "mask",
						"value": "={{ typeof $value !== \"string\" ? $value : $value.trim() ? JSON.parse($value) : undefined }}"
					}
				},
				"description": "The area to repaint, by polygons or by a black and white image (white is repainted). One of the two.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"upload_paint"
						]
					}
				}
			},
			{
				"displayName": "Img URL",
				"name": "imgUrl",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "imgUrl",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The URL of an image, over HTTPS only.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"retexture"
						]
					}
				}
			},
			{
				"displayName": "Remix Prompt",
				"name": "remixPrompt",
				"required": true,
				"type": "string",
				"default": "",
				"typeOptions": {
					"rows": 4
				},
				"routing": {
					"send": {
						"type": "body",
						"property": "remixPrompt",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Description of the image, with flags at the end.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"retexture"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"retexture"
						]
					}
				}
			},
			{
				"displayName": "Img URL",
				"name": "imgUrl",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "imgUrl",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The URL of an image.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"remove_background"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"remove_background"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"enhance"
						]
					}
				}
			},
			{
				"displayName": "Image No",
				"name": "imageNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "imageNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the image in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"enhance"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"enhance"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Image URL",
						"name": "image_url",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "image_url",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "A URL."
					},
					{
						"displayName": "Job ID",
						"name": "jobId",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "jobId",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The job id from the service. Often a UUID, but not always."
					},
					{
						"displayName": "Image No",
						"name": "imageNo",
						"type": "number",
						"typeOptions": {
							"minValue": 0,
							"maxValue": 3,
							"numberPrecision": 0
						},
						"default": 0,
						"routing": {
							"send": {
								"type": "body",
								"property": "imageNo",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Number of the image in the job, from 0."
					},
					{
						"displayName": "Target Resolution",
						"name": "target_resolution",
						"type": "options",
						"options": [
							{
								"name": "HD",
								"value": "HD"
							},
							{
								"name": "FHD",
								"value": "FHD"
							},
							{
								"name": "2K",
								"value": "2K"
							},
							{
								"name": "4K",
								"value": "4K"
							},
							{
								"name": "6K",
								"value": "6K"
							},
							{
								"name": "8K",
								"value": "8K"
							},
							{
								"name": "12K",
								"value": "12K"
							}
						],
						"default": "2K",
						"routing": {
							"send": {
								"type": "body",
								"property": "target_resolution",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The size to enlarge to."
					},
					{
						"displayName": "Content Type",
						"name": "content_type",
						"type": "options",
						"options": [
							{
								"name": "standard",
								"value": "standard"
							},
							{
								"name": "photo",
								"value": "photo"
							},
							{
								"name": "illustration",
								"value": "illustration"
							},
							{
								"name": "text",
								"value": "text"
							},
							{
								"name": "low_res",
								"value": "low_res"
							}
						],
						"default": "standard",
						"routing": {
							"send": {
								"type": "body",
								"property": "content_type",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The kind of image."
					},
					{
						"displayName": "Aspect Ratio",
						"name": "aspect_ratio",
						"type": "options",
						"options": [
							{
								"name": "keep",
								"value": "keep"
							},
							{
								"name": "1:1",
								"value": "1:1"
							},
							{
								"name": "16:9",
								"value": "16:9"
							},
							{
								"name": "9:16",
								"value": "9:16"
							},
							{
								"name": "4:5",
								"value": "4:5"
							},
							{
								"name": "5:4",
								"value": "5:4"
							},
							{
								"name": "3:2",
								"value": "3:2"
							},
							{
								"name": "2:3",
								"value": "2:3"
							},
							{
								"name": "4:3",
								"value": "4:3"
							},
							{
								"name": "3:4",
								"value": "3:4"
							}
						],
						"default": "keep",
						"routing": {
							"send": {
								"type": "body",
								"property": "aspect_ratio",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The shape to bring it to."
					},
					{
						"displayName": "Crop Mode",
						"name": "crop_mode",
						"type": "options",
						"options": [
							{
								"name": "letterbox",
								"value": "letterbox"
							},
							{
								"name": "crop",
								"value": "crop"
							},
							{
								"name": "stretch",
								"value": "stretch"
							}
						],
						"default": "letterbox",
						"routing": {
							"send": {
								"type": "body",
								"property": "crop_mode",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "How to reach another shape."
					},
					{
						"displayName": "Output Format",
						"name": "output_format",
						"type": "options",
						"options": [
							{
								"name": "jpeg",
								"value": "jpeg"
							},
							{
								"name": "jpg",
								"value": "jpg"
							},
							{
								"name": "png",
								"value": "png"
							},
							{
								"name": "tiff",
								"value": "tiff"
							},
							{
								"name": "tif",
								"value": "tif"
							}
						],
						"default": "jpeg",
						"routing": {
							"send": {
								"type": "body",
								"property": "output_format",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The kind of file."
					},
					{
						"displayName": "Face Enhancement Level",
						"name": "face_enhancement_level",
						"type": "options",
						"options": [
							{
								"name": "off",
								"value": "off"
							},
							{
								"name": "none",
								"value": "none"
							},
							{
								"name": "subtle",
								"value": "subtle"
							},
							{
								"name": "moderate",
								"value": "moderate"
							},
							{
								"name": "strong",
								"value": "strong"
							}
						],
						"default": "moderate",
						"routing": {
							"send": {
								"type": "body",
								"property": "face_enhancement_level",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "How much to work on faces."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"image_generation"
						],
						"operation": [
							"enhance_upscale"
						]
					}
				}
			},
			{
				"displayName": "Operation",
				"name": "operation",
				"type": "options",
				"noDataExpression": true,
				"options": [
					{
						"name": "Make videos from a text or an image",
						"value": "video_diffusion",
						"action": "Make videos from a text or an image",
						"description": "Make videos from a text or an image. Costs 480 to 1536 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/video-diffusion"
							}
						}
					},
					{
						"name": "Make a video longer",
						"value": "extend_video",
						"action": "Make a video longer",
						"description": "Make a video longer. Costs 480 to 1536 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/extend-video"
							}
						}
					},
					{
						"name": "Enlarge a video",
						"value": "video_upscale",
						"action": "Enlarge a video",
						"description": "Enlarge a video. Costs 480 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/video-upscale"
							}
						}
					}
				],
				"default": "video_diffusion",
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Prompt",
						"name": "prompt",
						"type": "string",
						"default": "",
						"typeOptions": {
							"rows": 4
						},
						"routing": {
							"send": {
								"type": "body",
								"property": "prompt",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Description of the image, with flags at the end."
					},
					{
						"displayName": "Job ID",
						"name": "jobId",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "jobId",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The job id from the service. Often a UUID, but not always."
					},
					{
						"displayName": "Image No",
						"name": "imageNo",
						"type": "number",
						"typeOptions": {
							"minValue": 0,
							"maxValue": 3,
							"numberPrecision": 0
						},
						"default": 0,
						"routing": {
							"send": {
								"type": "body",
								"property": "imageNo",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Number of the image in the job, from 0."
					},
					{
						"displayName": "Video Type",
						"name": "videoType",
						"type": "options",
						"options": [
							{
								"name": "SD 480P",
								"value": 0
							},
							{
								"name": "HD 720P",
								"value": 1
							}
						],
						"default": 0,
						"routing": {
							"send": {
								"type": "body",
								"property": "videoType",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The size of the video. 0 is 480p, 1 is 720p."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"video_diffusion"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"extend_video"
						]
					}
				}
			},
			{
				"displayName": "Video No",
				"name": "videoNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "videoNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the video in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"extend_video"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Prompt",
						"name": "prompt",
						"type": "string",
						"default": "",
						"typeOptions": {
							"rows": 4
						},
						"routing": {
							"send": {
								"type": "body",
								"property": "prompt",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "Description of the image, with flags at the end."
					},
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"extend_video"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "jobId",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "jobId",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "The job id from the service. Often a UUID, but not always.",
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"video_upscale"
						]
					}
				}
			},
			{
				"displayName": "Video No",
				"name": "videoNo",
				"required": true,
				"type": "number",
				"typeOptions": {
					"minValue": 0,
					"maxValue": 3,
					"numberPrecision": 0
				},
				"default": 0,
				"routing": {
					"send": {
						"type": "body",
						"property": "videoNo",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Number of the video in the job, from 0.",
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"video_upscale"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"video_generation"
						],
						"operation": [
							"video_upscale"
						]
					}
				}
			},
			{
				"displayName": "Operation",
				"name": "operation",
				"type": "options",
				"noDataExpression": true,
				"options": [
					{
						"name": "Describe an image in words",
						"value": "describe",
						"action": "Describe an image in words",
						"description": "Describe an image in words. Costs 20 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/describe"
							}
						}
					},
					{
						"name": "Shorten a prompt",
						"value": "shorten",
						"action": "Shorten a prompt",
						"description": "Shorten a prompt. Costs 20 points.",
						"routing": {
							"request": {
								"method": "POST",
								"url": "/v1/shorten"
							}
						}
					}
				],
				"default": "describe",
				"displayOptions": {
					"show": {
						"resource": [
							"prompts_and_descriptions"
						]
					}
				}
			},
			{
				"displayName": "Img URL",
				"name": "imgUrl",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "imgUrl",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "A URL.",
				"displayOptions": {
					"show": {
						"resource": [
							"prompts_and_descriptions"
						],
						"operation": [
							"describe"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"prompts_and_descriptions"
						],
						"operation": [
							"describe"
						]
					}
				}
			},
			{
				"displayName": "Prompt",
				"name": "prompt",
				"required": true,
				"type": "string",
				"default": "",
				"routing": {
					"send": {
						"type": "body",
						"property": "prompt",
						"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
					}
				},
				"description": "Description of the image, with flags at the end.",
				"displayOptions": {
					"show": {
						"resource": [
							"prompts_and_descriptions"
						],
						"operation": [
							"shorten"
						]
					}
				}
			},
			{
				"displayName": "Additional Fields",
				"name": "additionalFields",
				"type": "collection",
				"placeholder": "Add Field",
				"default": {},
				"options": [
					{
						"displayName": "Callback",
						"name": "callback",
						"type": "string",
						"default": "",
						"routing": {
							"send": {
								"type": "body",
								"property": "callback",
								"value": "={{ $value === \"\" || $value === null ? undefined : $value }}"
							}
						},
						"description": "The URL to which the service posts the job when it is done."
					}
				],
				"displayOptions": {
					"show": {
						"resource": [
							"prompts_and_descriptions"
						],
						"operation": [
							"shorten"
						]
					}
				}
			},
			{
				"displayName": "Operation",
				"name": "operation",
				"type": "options",
				"noDataExpression": true,
				"options": [
					{
						"name": "Look at a job",
						"value": "get",
						"action": "Look at a job",
						"description": "Look at a job. Free of charge.",
						"routing": {
							"request": {
								"method": "GET",
								"url": "=/v1/job/{{ encodeURIComponent($parameter[\"job_id\"]) }}"
							}
						}
					}
				],
				"default": "get",
				"displayOptions": {
					"show": {
						"resource": [
							"task_management"
						]
					}
				}
			},
			{
				"displayName": "Job ID",
				"name": "job_id",
				"required": true,
				"type": "string",
				"default": "",
				"description": "The id that the service gave the job.",
				"displayOptions": {
					"show": {
						"resource": [
							"task_management"
						],
						"operation": [
							"get"
						]
					}
				}
			},
			{
				"displayName": "Operation",
				"name": "operation",
				"type": "options",
				"noDataExpression": true,
				"options": [
					{
						"name": "See what is left to spend",
						"value": "balance",
						"action": "See what is left to spend",
						"description": "See what is left to spend. Free of charge.",
						"routing": {
							"request": {
								"method": "GET",
								"url": "/account/balance"
							},
							"output": {
								"postReceive": [
									{
										"type": "rootProperty",
										"properties": {
											"property": "data"
										}
									}
								]
							}
						}
					}
				],
				"default": "balance",
				"displayOptions": {
					"show": {
						"resource": [
							"account_management"
						]
					}
				}
			}
		]
	};
}
