// Written by `make generate` from openapi.yaml; do not edit it.
import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class LegnextClientApi implements ICredentialType {
	name = 'legnextClientApi';
	displayName = 'Legnext API';
	documentationUrl = 'https://docs.legnext.ai';
	properties: INodeProperties[] = [
		{
			"displayName": "API Key",
			"name": "apiKey",
			"type": "string",
			"required": true,
			"default": "",
			"typeOptions": {
				"password": true
			}
		},
		{
			"displayName": "Base URL",
			"name": "baseUrl",
			"type": "string",
			"required": true,
			"default": "https://api.legnext.ai/api"
		}
	];
	authenticate: IAuthenticateGeneric = {
		"type": "generic",
		"properties": {
			"headers": {
				"x-api-key": "={{ $credentials.apiKey }}"
			}
		}
	};
	test: ICredentialTestRequest = {
		"request": {
			"baseURL": "={{ $credentials.baseUrl }}",
			"url": "/account/balance"
		}
	};
}
